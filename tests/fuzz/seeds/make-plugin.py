#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-plugin: seeds of fuzz-plugin-line, fuzz-plugin-schema, fuzz-recording, fuzz-manifest and fuzz-cmp.

Usage: make-plugin.py [CMP-MESSAGE…]    DER files, e.g. of `openssl cmp -reqout -rspout` against signet-test-ca
"""
import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
TOP = HERE.parents[2]

FORM = {'fields': [{'id': 'name', 'type': 'text', 'label': 'Name', 'required': True, 'pattern': '[a-z]+', 'message': 'letters'},
                   {'id': 'code', 'type': 'secret', 'label': 'Code'},
                   {'id': 'kind', 'type': 'choice', 'label': 'Kind', 'choices': [{'id': 'a', 'label': 'A'}, {'id': 'b'}]}]}
LINES = {
    'result': {'id': 1, 'result': {'state': 'waiting', 'cookie': 'x', 'check_after': 5}},
    'form': {'id': 2, 'result': FORM},
    'error': {'id': 3, 'error': {'code': 'rejected', 'text': '<b>no</b>\u001b[31m\u202e', 'retry_after': 60}},
    'request': {'id': 4, 'method': 'http.request', 'params': {'url': 'http://127.0.0.1:1/', 'headers': {'A': {'secret': 'x'}}}},
    'notice': {'method': 'progress', 'params': {'step': 'submitting', 'fraction': 0.5}},
}
RAW_LINES = {
    'deep': '{"id":1,"result":' + '[' * 40 + ']' * 40 + '}',
    'two-objects': '{"id":1,"result":{}}{"id":2,"result":{}}',
    'comment': '{"id":1,/* no */"result":{}}',
    'surrogate': '{"id":1,"error":{"code":"x","text":"\\ud800"}}',
    'big-number': '{"id":99999999999999999999999,"result":{}}',
    'no-object': '[1,2,3]',
}
MANIFESTS = {
    'unknown-key': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=issuance\nRoot=true\n',
    'path-in-exec': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=../a\nKinds=issuance\n',
    'other-api': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=2\nExec=a\nKinds=issuance\n',
    'opens-the-wall': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=issuance\n[Permissions]\nNetwork=direct\nPrograms=system\nState=authority\n',
    'half-a-wall': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=issuance\n[Permissions]\nNetwork=all\n',
    'bad-host': '[Plugin]\nId=a\nName=A\nVersion=1\nApi=1\nExec=a\nKinds=issuance\n[Permissions]\nHosts=ca.example;[::1]:443\n',
}


RECORDINGS = {
    'whole': '# a remark\n> {"id":1,"method":"hello","params":{"api":1}}\n< {"id":1,"result":{"api":1,"methods":["form"]}}\n'
             '> {"id":2,"method":"submit","params":{}}\n< {"id":1,"method":"csr.make","params":{}}\n> {"id":1,"result":{"csr":"MAA="}}\n'
             '< {"method":"log","params":{"text":"x"}}\n< {"id":2,"result":{"state":"issued","certificate":"MAA="}}\n',
    'no-arrow': '{"id":1,"result":{}}\n',
    'two-arrows': '> < {"id":1,"result":{}}\n',
    'no-answer': '> {"id":2,"method":"submit","params":{}}\n',
    'deep-inside': '< {"id":1,"result":' + '[' * 40 + ']' * 40 + '}\n',
}


def write(folder, name, data):
    path = HERE / folder
    path.mkdir(exist_ok=True)
    (path / name).write_bytes(data if isinstance(data, bytes) else data.encode('utf-8'))


def main():
    for name, line in LINES.items():
        write('plugin-line', name, json.dumps(line))
        write('plugin-schema', name, json.dumps(line))
    for name, text in RECORDINGS.items():
        write('recording', name, text)
    for name, line in RAW_LINES.items():
        write('plugin-line', name, line)
    for name, text in MANIFESTS.items():
        write('manifest', name, text)
    for plugin in ('cmp', 'example'):
        shutil.copyfile(TOP / 'plugins' / plugin / f'{plugin}.plugin', HERE / 'manifest' / plugin)
    write('cmp', 'name', 'CN=Li Na\\, sample,O=Sample,C=CN')
    for number, message in enumerate(sys.argv[1:], 1):
        write('cmp', f'message-{number}', Path(message).read_bytes())


main()
