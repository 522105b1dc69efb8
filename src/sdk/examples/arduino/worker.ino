// UNTESTED. Carries out commands on an ESP32 or ESP8266. Libraries: "WebSockets" by Markus Sattler, "ArduinoJson" 7.
#include <ArduinoJson.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

const char *HOST = "relay.example.org";
const char *DEVICE_TOKEN = "YOUR_DEVICE_TOKEN";

WebSocketsClient ws;
String clientId;

void sendJson(JsonDocument &message) {
  String text;
  serializeJson(message, text);
  ws.sendTXT(text);
}

void onEvent(WStype_t type, uint8_t *payload, size_t length) {
  if (type == WStype_DISCONNECTED) clientId = "";
  if (type == WStype_CONNECTED) {
    JsonDocument credentials;
    credentials["device_token"] = DEVICE_TOKEN;
    sendJson(credentials);
  }
  if (type != WStype_TEXT) return;
  JsonDocument message;
  if (deserializeJson(message, payload, length)) return;
  if (clientId == "") {
    clientId = message["client_id"].as<String>();
  } else if (message["target"] == clientId) {
    Serial.println(message["cmd"].as<String>());  // Move something here.
    if (message["sender"].isNull()) return;
    JsonDocument answer;
    answer["target"] = message["sender"];
    answer["sender"] = clientId;
    if (!message["_id"].isNull()) answer["_re"] = message["_id"];
    answer["ok"] = true;
    sendJson(answer);
  }
}

void setup() {
  Serial.begin(115200);
  WiFi.begin("YOUR_NETWORK", "ITS_PASSWORD");
  while (WiFi.status() != WL_CONNECTED) delay(200);
  ws.beginSSL(HOST, 443, "/ws/connect/");
  ws.setReconnectInterval(random(500, 30000));
  ws.enableHeartbeat(30000, 10000, 2);
  ws.onEvent(onEvent);
}

void loop() { ws.loop(); }
