import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Carries out commands. Java 17 or newer, nothing to install. The JDK has no JSON: a real program reads messages with the JSON
 * library of its choice.
 *
 * RELAY_URL=wss://relay.example.org/ws/connect/ RELAY_DEVICE_TOKEN=… java Worker.java
 */
public class Worker implements WebSocket.Listener {
  // Refused for good, or another session took over: do not fight.
  private static final Set<Integer> NEVER = Set.of(4000, 4001, 4004, 4009, 4011);
  // The token is not valid: ask again every 5 to 15 minutes.
  private static final Set<Integer> RARELY = Set.of(4003, 4010, 4130);

  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private String clientId;

  public static void main(String[] args) throws InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    for (int failures = 0; ; failures++) {
      Worker worker = new Worker(); // What was before a disconnect is forgotten.
      ScheduledExecutorService heartbeat = Executors.newSingleThreadScheduledExecutor();
      int code = -1;
      try {
        URI url = URI.create(System.getenv("RELAY_URL"));
        WebSocket socket = http.newWebSocketBuilder().buildAsync(url, worker).join();
        socket.sendText("{\"device_token\":\"" + System.getenv("RELAY_DEVICE_TOKEN") + "\"}", true).join();
        heartbeat.scheduleAtFixedRate(() -> worker.send(socket, "{\"action\":\"ping\"}"), 30, 30, TimeUnit.SECONDS);
        code = worker.closed.join();
      } catch (RuntimeException unreachable) {
        // Not connected, or the connection broke: try again like after any other close.
      }
      heartbeat.shutdownNow();
      System.out.println("disconnected (" + code + ")");
      if (NEVER.contains(code)) return;
      if (worker.clientId != null) failures = 0;
      double backoffMs = Math.random() * Math.min(30_000, 500 * Math.pow(2, failures));
      double rareMs = 300_000 + Math.random() * 600_000;
      Thread.sleep((long) (RARELY.contains(code) ? rareMs : backoffMs));
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      handle(socket, text.toString());
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  private void handle(WebSocket socket, String message) {
    if (clientId == null) {
      clientId = field(message, "client_id");
      if (clientId != null) System.out.println("authenticated as " + clientId);
      return;
    }
    if (!clientId.equals(field(message, "target"))) return; // The relay itself speaks.
    if (message.contains("\"_offline_queued\":true")) System.out.println("late, it waited for this device:");
    System.out.println("got " + message); // Move the mouse here.
    String sender = field(message, "sender");
    String id = field(message, "_id");
    if (sender == null) return;
    send(socket, "{\"target\":\"" + sender + "\",\"sender\":\"" + clientId + "\""
        + (id == null ? "" : ",\"_re\":\"" + id + "\"") + ",\"ok\":true}");
  }

  // One message may be on its way at a time.
  private synchronized void send(WebSocket socket, String message) {
    socket.sendText(message, true).join();
  }

  private static String field(String message, String name) {
    Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(message);
    return found.find() ? found.group(1) : null;
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
}
