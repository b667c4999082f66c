#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin of example-ca.c without the kit: one JSON object a line on stdin and stdout."""
import json
import sys

LAST_ID = 0


# guide: talk
class Refusal(Exception):
    """What the person is told: a code of the protocol and words."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def say(message):
    print(json.dumps(message), flush=True)


def ask(method, /, **params):
    """Has Signet do something; only inside a call."""
    global LAST_ID
    LAST_ID += 1
    say({'id': LAST_ID, 'method': method, 'params': params})
    answer = json.loads(sys.stdin.readline())
    if 'error' in answer:
        raise Refusal(answer['error']['code'], answer['error']['text'])
    return answer['result']
# guide: end


def form(params):
    return {'fields': [{'id': 'name', 'type': 'text', 'label': 'Name (sample)', 'required': True}]}


def send(params, csr):
    url = params['profile']['Issuance']['Url']
    answer = ask('http.request', method='POST', url=url, content_type='application/pkcs10', body=csr)
    if answer['status'] == 200:
        return {'state': 'issued', 'certificate': answer['body']}
    if answer['status'] == 202:
        return {'state': 'waiting', 'cookie': csr, 'check_after': max(answer['retry_after'], 60)}
    raise Refusal('try-later' if answer['status'] >= 500 else 'rejected', f'the authority answered with status {answer["status"]}')


def submit(params):
    return send(params, ask('csr.make')['csr'])


def poll(params):
    return send(params, params['cookie'])


# guide: loop
METHODS = {'form': form, 'submit': submit, 'poll': poll}


def answer(call):
    """One call of Signet's. What nobody thought of is an answer too: a plugin that dies helps nobody."""
    try:
        if call['method'] == 'hello':
            result = {'api': 1, 'methods': list(METHODS)}
        else:
            result = METHODS[call['method']](call.get('params', {}))
        return {'id': call['id'], 'result': result}
    except Refusal as refusal:
        return {'id': call['id'], 'error': {'code': refusal.code, 'text': str(refusal)}}
    except (KeyError, TypeError, ValueError) as error:
        return {'id': call['id'], 'error': {'code': 'failed', 'text': f'{type(error).__name__}: {error}'}}


for line in sys.stdin:
    say(answer(json.loads(line)))
# guide: end
