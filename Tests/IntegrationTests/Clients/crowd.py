"""Many clients that begin at the same moment.

    crowd.py REQUESTS CLIENTS TIMES PORT

The file REQUESTS has a list of {"method", "path", "headers", "body"}. Client number n sends request n modulo the length
of that list TIMES times over one connection. Every answer is printed as one line of JSON, {"client", "status", "body"}, as soon
as it has come. A client whose connection breaks stops, as does one whose server is gone: that is what a crash looks
like from outside.
"""

import http.client
import json
import sys
import threading

clients, times, port = (int(argument) for argument in sys.argv[2:5])
with open(sys.argv[1], encoding="utf-8") as file:
    requests = json.load(file)
start = threading.Barrier(clients)
output = threading.Lock()


def tell(answer):
    with output:
        print(json.dumps(answer), flush=True)


def run(number):
    request = requests[number % len(requests)]
    body = json.dumps(request["body"]) if request.get("body") is not None else None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    start.wait(timeout=30)
    try:
        for _ in range(times):
            connection.request(request["method"], request["path"], body, request["headers"])
            response = connection.getresponse()
            content = response.read()
            tell({"client": number, "status": response.status, "body": json.loads(content) if content else None})
    except (OSError, http.client.HTTPException):
        # The server has ended; what it answered before is told.
        pass
    finally:
        connection.close()


threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
