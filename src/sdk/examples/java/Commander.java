import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends one command to mouse_pi and prints the reply. Java 17 or newer, nothing to install. The JDK has no JSON: a real program
 * reads messages with the JSON library of its choice.
 *
 * RELAY_URL=wss://relay.example.org/ws/connect/ RELAY_AUTH_KEY=… java Commander.java
 */
public class Commander implements WebSocket.Listener {
  private static final String ID = UUID.randomUUID().toString();

  private final CompletableFuture<String> result = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();

  public static void main(String[] args) {
    URI url = URI.create(System.getenv("RELAY_URL"));
    Commander commander = new Commander();
    WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(url, commander).join();
    // With "receipts" the relay says what became of a message that has an _id.
    socket.sendText("{\"auth_key\":\"" + System.getenv("RELAY_AUTH_KEY")
        + "\",\"sender\":\"my_controller\",\"extensions\":[\"receipts\"]}", true).join();
    System.out.println(commander.result.join());
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    text.append(part);
    socket.request(1);
    if (!last) return null;
    String message = text.toString();
    text.setLength(0);
    if (message.contains("\"status\":\"authenticated\"")) {
      return socket.sendText("{\"target\":\"mouse_pi\",\"sender\":\"my_controller\",\"_id\":\"" + ID
          + "\",\"cmd\":\"move\",\"x\":10,\"y\":20}", true);
    }
    if (message.contains("\"_re\":\"" + ID + "\"")) result.complete("reply: " + message);
    // mouse_pi is away and gets it when it is back.
    else if (message.contains("\"status\":\"queued\"")) result.complete("the relay says: queued");
    else if (message.contains("\"status\":\"error\"")) result.complete(message);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    result.complete("closed: " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    result.completeExceptionally(error);
  }
}
