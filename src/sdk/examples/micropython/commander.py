# UNTESTED. Sends one command to mouse_pi over HTTP, from a microcontroller with MicroPython and Wi-Fi that is connected already.
# Needs requests of micropython-lib: mpremote mip install requests
import requests

RELAY_HTTP = "https://relay.example.org"
AUTH_KEY = "YOUR_RAW_MASTER_KEY"

response = requests.post(
    RELAY_HTTP + "/api/messages/",
    json={"target": "mouse_pi", "sender": "my_controller", "cmd": "move", "x": 10, "y": 20},
    headers={"Authorization": "Bearer " + AUTH_KEY},
)
print(response.json())  # {"status": "delivered", …}, or "queued": it gets it when it is back
response.close()
