#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin for the sample portal (tests/servers/PORTAL.md) that does what can be done to a certificate that is there. [Issuance] of the profile:
Url; LoginCode; Wait=yes (the first question is answered "waiting"); Elsewhere=URL (asked instead). What a file "cannot" beside it names is not in its hello."""
import base64
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


def portal(params, method, path, session=None, **body):
    settings = params['profile']['Issuance']
    request = {'method': method, 'url': settings.get('Elsewhere', settings['Url']) + 'api/v1' + path, 'headers': {}}
    if session:
        request['headers']['Authorization'] = f'Bearer {session}'
    if method == 'POST':
        request['body'] = base64.b64encode(json.dumps(body).encode()).decode()
        request['content_type'] = 'application/json'
    answer = ask('http.request', **request)
    if answer['status'] >= 500:
        raise Refusal('try-later', 'the portal is not well')
    said = json.loads(base64.b64decode(answer['body']))
    if said['code'] != 0:
        raise Refusal('rejected', said['message'])
    return said['data']


def log_in(params):
    return portal(params, 'POST', '/login', account='sample', login_code=params['profile']['Issuance'].get('LoginCode', 'signet-demo'))['session']


def path_of(params, act=''):
    return '/certificates/' + params['certificate']['serial'].replace(':', '').upper() + act


def act_on(params, act, **body):
    if params['profile']['Issuance'].get('Wait') == 'yes' and params.get('cookie') != 'asked':
        return {'state': 'waiting', 'cookie': 'asked', 'check_after': 5}
    portal(params, 'POST', path_of(params, act), log_in(params), **body)
    return {'state': 'done'}


def status(params):
    said = portal(params, 'GET', path_of(params), log_in(params))
    answer = {'state': 'done', 'status': said['status']}
    if said.get('reason'):
        answer['reason'] = said['reason']
    return answer


METHODS = {
    'form': lambda params: {'fields': [{'id': 'name', 'type': 'text', 'label': 'Name (sample)', 'required': True}]},
    'revoke': lambda params: act_on(params, '/revoke', reason=params.get('reason', 'unspecified')),
    'suspend': lambda params: act_on(params, '/suspend'),
    'resume': lambda params: act_on(params, '/resume'),
    'status': status,
}


def hello(params):
    try:
        with open(sys.path[0] + '/cannot', encoding='utf-8') as file:
            cannot = file.read().split()
    except OSError:
        cannot = []
    return {'api': 1, 'methods': [name for name in METHODS if name not in cannot]}


for line in sys.stdin:
    call = json.loads(line)
    try:
        result = hello({}) if call['method'] == 'hello' else METHODS[call['method']](call.get('params', {}))
        say({'id': call['id'], 'result': result})
    except Refusal as refusal:
        say({'id': call['id'], 'error': {'code': refusal.code, 'text': str(refusal)}})
    except (KeyError, ValueError) as error:
        say({'id': call['id'], 'error': {'code': 'failed', 'text': f'this plugin cannot do that: {error}'}})
