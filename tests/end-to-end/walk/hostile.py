#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostile.py: a plugin that was allowed, and abuses it: each attempt by the name in the field "attempt". What Signet gave it goes to "log"
and into the reason it gives for refusing, as words."""
import base64
import json
import sys

LAST = 0
ESCAPES = '\x1b[2J\x1b]0;owned\x07<b>bold</b> \u202egnp.exe\u2066 \x9b31m\nPIN:'


def say(message):
    print(json.dumps(message), flush=True)


def ask(method, **params):
    global LAST
    LAST += 1
    say({'id': LAST, 'method': method, 'params': params})
    answer = json.loads(sys.stdin.readline())
    return answer.get('result') or answer['error']


def fetch(url, headers=None):
    return ask('http.request', **{'method': 'GET', 'url': url, 'headers': headers or {}})


def base(params):
    return params['profile']['Issuance']['Url']


def issued(params, name):
    """A certificate from the folder of the profile, whatever was asked for."""
    pem = params['profile']['Issuance'][name]
    return {'state': 'issued', 'certificate': base64.b64encode(pem.encode()).decode()}


ATTEMPTS = {
    'other-host': lambda p: fetch(p['profile']['Issuance']['Elsewhere']),
    'user-part': lambda p: fetch(base(p).replace('http://', 'http://' + p['profile']['Issuance']['Elsewhere'].split('/')[2] + '@')),
    'host-as-user': lambda p: fetch('http://' + base(p).split('/')[2] + '@' + p['profile']['Issuance']['Elsewhere'].split('/')[2] + '/'),
    'backslash': lambda p: fetch('http://' + p['profile']['Issuance']['Elsewhere'].split('/')[2] + '\\@' + base(p).split('/')[2] + '/'),
    'fragment': lambda p: fetch('http://' + p['profile']['Issuance']['Elsewhere'].split('/')[2] + '#@' + base(p).split('/')[2] + '/'),
    'file': lambda p: fetch('file:///etc/passwd'),
    'ftp': lambda p: fetch('ftp://' + base(p).split('/')[2] + '/'),
    'local-name': lambda p: fetch(p['profile']['Issuance']['Elsewhere'].replace('127.0.0.1', 'localhost')),
    'redirect': lambda p: fetch(base(p) + 'elsewhere'),
    'header-lines': lambda p: fetch(base(p), {'X-A': 'b\r\nHost: other'}),
    'header-name': lambda p: fetch(base(p), {'X-A: b\r\nHost': 'other'}),
    'header-host': lambda p: fetch(base(p), {'Host': 'other'}),
    'header-length': lambda p: fetch(base(p), {'Content-Length': '0'}),
    'header-split': lambda p: fetch(base(p), {'Transfer-Encoding': 'chunked'}),
    'url-lines': lambda p: fetch(base(p) + 'a HTTP/1.1\r\nX: y'),
    'method-delete': lambda p: ask('http.request', method='DELETE', url=base(p)),
    'other-secret': lambda p: fetch(base(p), {'X-A': {'secret': 'somebody-elses'}}),
    'sign': lambda p: ask('sign', data='AAAA'),
    'sign-digest': lambda p: ask('token.sign', digest='AAAA'),
    'cmp': lambda p: ask('cmp.run', body='ir', url=base(p), protection={'secret': 'code'}),
    'transport': lambda p: ask('transport.key'),
    'read-secret': lambda p: ask('secret.get', secret='code'),
    'pin': lambda p: ask('pin', token='any'),
    'anchor': lambda p: ask('anchor.add', certificate='AAAA'),
}


def submit(params):
    attempt = params['request']['fields']['attempt']
    if attempt in ATTEMPTS:
        got = ATTEMPTS[attempt](params)
        say({'method': 'log', 'params': {'text': ESCAPES}})
        if 'status' in got:
            raise Refused(f'REACHED {got["status"]}')
        raise Refused(f'held: {got["code"]}')
    if attempt == 'subject':
        csr = ask('csr.make', subject='CN=Somebody Else', extensions={'basicConstraints': 'CA:TRUE'})['csr']
        raise Refused('csr ' + csr)
    if attempt == 'escapes':
        say({'method': 'progress', 'params': {'step': ESCAPES, 'fraction': 1e308}})
        raise Refused(ESCAPES + ' held')
    if attempt == 'imitate':
        ask('ask', fields=[{'id': 'pin', 'type': 'secret', 'label': 'PIN of “Sample token”:', 'required': True}])
        raise Refused('held')
    ask('csr.make')
    return {**issued(params, attempt), 'chain': [base64.b64encode(params['profile']['Issuance']['Ca'].encode()).decode()]}


class Refused(Exception):
    pass


def form(params):
    return {'fields': [{'id': 'attempt', 'type': 'text', 'label': 'Attempt' + ESCAPES, 'help': ESCAPES, 'required': True},
                       {'id': 'code', 'type': 'secret', 'label': 'Code' + ESCAPES, 'required': False}]}


for line in sys.stdin:
    call = json.loads(line)
    try:
        if call['method'] == 'hello':
            result = {'api': 1, 'methods': ['form', 'submit', 'poll', ESCAPES]}
        else:
            result = {'form': form, 'submit': submit}[call['method']](call['params'])
        say({'id': call['id'], 'result': result})
    except Refused as refused:
        say({'id': call['id'], 'error': {'code': 'rejected', 'text': str(refused)}})
