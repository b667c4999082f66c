#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin of example-ca.c without the kit: one JSON object a line on stdin and stdout."""
import json
import sys

last_id = 0


class Refusal(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def say(message):
    print(json.dumps(message), flush=True)


def ask(method, /, **params):
    global last_id
    last_id += 1
    say({'id': last_id, 'method': method, 'params': params})
    answer = json.loads(sys.stdin.readline())
    if 'error' in answer:
        raise Refusal(answer['error']['code'], answer['error']['text'])
    return answer['result']


def form(params):
    return {'fields': [{'id': 'name', 'type': 'text', 'label': 'Name (sample)', 'required': True}]}


def send(params, csr):
    answer = ask('http.request', method='POST', url=params['profile']['Issuance']['Url'], content_type='application/pkcs10', body=csr)
    if answer['status'] == 200:
        return {'state': 'issued', 'certificate': answer['body']}
    if answer['status'] == 202:
        return {'state': 'waiting', 'cookie': csr, 'check_after': max(answer['retry_after'], 60)}
    raise Refusal('try-later' if answer['status'] >= 500 else 'rejected', f'the authority answered with status {answer["status"]}')


def submit(params):
    return send(params, ask('csr.make')['csr'])


def poll(params):
    return send(params, params['cookie'])


METHODS = {'hello': lambda params: {'api': 1, 'methods': ['form', 'submit', 'poll']}, 'form': form, 'submit': submit, 'poll': poll}

for line in sys.stdin:
    call = json.loads(line)
    try:
        say({'id': call['id'], 'result': METHODS[call['method']](call.get('params', {}))})
    except Refusal as refusal:
        say({'id': call['id'], 'error': {'code': refusal.code, 'text': str(refusal)}})
    except KeyError:
        say({'id': call['id'], 'error': {'code': 'failed', 'text': 'this plugin cannot do that'}})
