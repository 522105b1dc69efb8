// UNTESTED. Sends one command to mouse_pi over HTTP each time a button is pressed. ESP32; library "ArduinoJson" is not needed.
#include <HTTPClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>

const char *URL = "https://relay.example.org/api/messages/";
const char *AUTH_KEY = "YOUR_RAW_MASTER_KEY";
const char *ROOT_CERTIFICATE = "-----BEGIN CERTIFICATE-----\n…";
const int BUTTON = 0;

void sendCommand() {
  WiFiClientSecure tls;
  tls.setCACert(ROOT_CERTIFICATE);
  HTTPClient http;
  http.begin(tls, URL);
  http.addHeader("Authorization", String("Bearer ") + AUTH_KEY);
  http.addHeader("Content-Type", "application/json");
  int status = http.POST("{\"target\":\"mouse_pi\",\"sender\":\"my_button\",\"cmd\":\"move\",\"x\":10,\"y\":20}");
  Serial.printf("%d %s\n", status, http.getString().c_str());
  http.end();
}

void setup() {
  Serial.begin(115200);
  pinMode(BUTTON, INPUT_PULLUP);
  WiFi.begin("YOUR_NETWORK", "ITS_PASSWORD");
  while (WiFi.status() != WL_CONNECTED) delay(200);
}

void loop() {
  if (digitalRead(BUTTON) == LOW) {
    sendCommand();
    while (digitalRead(BUTTON) == LOW) delay(10);
  }
}
