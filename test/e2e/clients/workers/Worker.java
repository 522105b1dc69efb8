import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A worker as its user writes it with java.net.http, in the way PROTOCOL A6 advises. The JDK has no JSON, so it looks for the
 * few fields it needs and sends back the text as it came.
 *
 * usage: java Worker.java URL DEVICE_TOKEN
 */
public class Worker implements WebSocket.Listener {
  private static final Set<Integer> NEVER_AGAIN = Set.of(4000, 4001, 4004, 4009, 4011);
  private static final Set<Integer> REFUSED = Set.of(4003, 4010, 4130);
  private static final Pattern CLIENT_ID = Pattern.compile("\"client_id\":\"([^\"]*)\"");
  private static final Pattern SENDER = Pattern.compile("\"sender\":\"([^\"]*)\"");

  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private String clientId;

  public static void main(String[] args) throws InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    for (int failures = 0; ; failures++) {
      Worker worker = new Worker();
      int code = -1;
      try {
        WebSocket socket = http.newWebSocketBuilder().buildAsync(URI.create(args[0]), worker).join();
        socket.sendText("{\"device_token\":\"" + args[1] + "\"}", true).join();
        code = worker.closed.join();
      } catch (RuntimeException unreachable) {
        // Not connected, or the connection broke: try again like after any other close.
      }
      say("closed", "code", code);
      if (NEVER_AGAIN.contains(code)) return;
      if (worker.clientId != null) failures = 0;
      double backoffMs = Math.random() * Math.min(30_000, 500 * Math.pow(2, failures));
      double patienceMs = 300_000 + Math.random() * 600_000;
      Thread.sleep((long) (REFUSED.contains(code) ? patienceMs : backoffMs));
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    text.append(part);
    if (!last) {
      socket.request(1);
      return null;
    }
    String message = text.toString();
    text.setLength(0);
    // One message may be on its way at a time, so the next one is asked for when the answer is sent.
    return handle(socket, message).thenRun(() -> socket.request(1));
  }

  private CompletableFuture<?> handle(WebSocket socket, String message) {
    if (clientId == null) {
      Matcher found = CLIENT_ID.matcher(message);
      if (found.find()) {
        clientId = found.group(1);
        say("authenticated", "client_id", "\"" + clientId + "\"");
      }
      return CompletableFuture.completedFuture(null);
    }
    Matcher found = SENDER.matcher(message);
    if (!found.find()) return CompletableFuture.completedFuture(null);
    String answer = "{\"target\":\"" + found.group(1) + "\",\"sender\":\"" + clientId + "\",\"echo\":" + message + "}";
    return socket.sendText(answer, true);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed.completeExceptionally(error);
  }

  private static void say(String event, String name, Object value) {
    System.out.println("{\"event\":\"" + event + "\",\"" + name + "\":" + value + "}");
  }
}
