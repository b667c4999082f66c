#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""desk.py: a plugin that carries what the desk of the tests says, and breaks where the profile tells it to."""
import base64
import hashlib
import json
import os
import signal
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


def issuance(params):
    return params['profile']['Issuance']


def perhaps_break(params, point):
    if issuance(params).get('Break') == point:
        os.kill(os.getpid(), signal.SIGKILL)


def post(params, act, **more):
    body = {'act': act, 'transaction': params['request']['transaction'], **more}
    answer = ask('http.request', method='POST', url=issuance(params)['Url'], content_type='application/json',
                 body=base64.b64encode(json.dumps(body).encode()).decode())
    result = json.loads(base64.b64decode(answer['body']))
    if 'rejected' in result:
        raise Refusal('rejected', result['rejected'])
    return result


def second(params):
    dual = issuance(params).get('Dual')
    if dual is None:
        return {}
    return {'dual': dual, 'transport': ask('transport.key')['spki']}


def check_files(params):
    """What was attached arrives whole, by piece and by reference."""
    for file in params['request']['files']:
        answer = ask('file.read', file=file['id'])
        content = base64.b64decode(answer['content'])
        assert hashlib.sha256(content).hexdigest() == file['sha256'] and answer['size'] == len(content)
        ask('http.request', method='POST', url=issuance(params)['Url'], content_type='application/json',
            json={'act': 'file', 'transaction': file['id'], 'content': {'$file': file['id']}})


def submit(params):
    perhaps_break(params, 'submit-before')
    check_files(params)
    csr = ask('csr.make')['csr']
    ask('cookie.keep', cookie=f'desk {params["request"]["transaction"]}')
    if issuance(params).get('Hand') == 'true':
        return {'state': 'hand', 'file': csr, 'name': '../\u7533\u8bf7.p10', 'text': 'Take this to the desk (sample)', 'cookie': csr}
    wish = second(params)
    if issuance(params).get('Break') == 'wrong-secret':
        raise Refusal('wrong-secret', 'the code is not known here (sample)')
    answer = post(params, 'submit', csr=csr, **wish)
    perhaps_break(params, 'submit-after')
    return answer


def by_hand(params):
    """The person brings what the desk gave them: the file is read by its name, wherever it lay."""
    values = ask('ask', fields=[{'id': 'answer', 'type': 'file', 'label': 'Answer of the desk (sample)', 'required': True}])['values']
    assert '/' not in values['answer'], 'a path of the computer reached the plugin'
    return {'state': 'issued', 'certificate': ask('file.read', file='answer')['content']}


def poll(params):
    perhaps_break(params, 'poll-before')
    return by_hand(params) if issuance(params).get('Hand') == 'true' else post(params, 'poll')


def accept(params):
    perhaps_break(params, 'accept-before')
    post(params, 'accept')
    perhaps_break(params, 'accept-after')
    return {'state': 'confirmed'}


def cancel(params):
    perhaps_break(params, 'cancel-before')
    return post(params, 'cancel')


def disclose(params):
    """What the profile has it tell; "service": the desk is asked first."""
    told = json.loads(issuance(params).get('Disclose', '{"terms": {}}'))
    if issuance(params).get('DiscloseFrom') == 'service':
        post(params, 'terms')
    return told


METHODS = {'disclose': disclose, 'submit': submit, 'renew': submit, 'poll': poll, 'accept': accept, 'cancel': cancel}

for line in sys.stdin:
    call = json.loads(line)
    try:
        if call['method'] == 'hello':
            say({'id': call['id'], 'result': {'api': 1, 'methods': sorted(METHODS)}})
        else:
            say({'id': call['id'], 'result': METHODS[call['method']](call.get('params', {}))})
    except Refusal as refusal:
        say({'id': call['id'], 'error': {'code': refusal.code, 'text': str(refusal)}})
    except KeyError:
        say({'id': call['id'], 'error': {'code': 'failed', 'text': 'this plugin cannot do that'}})
