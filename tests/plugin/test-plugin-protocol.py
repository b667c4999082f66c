#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-plugin-protocol: the shipped plugins against plugins/sdk/protocol.schema.json, and the one in C against its twin in Python.

Talks to each plugin as Signet does, checks every line in both directions with the schema, and prints TAP.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
SCHEMA = json.loads((SOURCE / 'plugins/sdk/protocol.schema.json').read_text(encoding='utf-8'))
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int, 'number': (int, float)}
CERTIFICATE = 'MIIB'

PROFILE = {
    'Profile': {'Id': 'sample-ca', 'Plugin': 'cmp'},
    'Issuance': {'Url': 'http://127.0.0.1:1/pkix/', 'Recipient': 'CN=Sample CA'},
    'Field name': {'Type': 'text', 'Label': 'Name', 'Required': 'true'},
    'Field kind': {'Type': 'choice', 'Label': 'Kind', 'Choices': 'a;b', 'ChoiceLabels': 'A;B'},
    'Disclosure': {'Terms': 'sample'},
}
REQUEST = {'id': 1, 'subject': 'CN=Li Na (sample)', 'key_type': 'ec-p256', 'fields': {'name': 'Li Na (sample)', 'reference': '1234'},
           'secrets': ['activation-code']}


def problems(value, schema, where='$'):
    """What of draft-07 the schema uses, no more."""
    if '$ref' in schema:
        schema = SCHEMA['definitions'][schema['$ref'].rsplit('/', 1)[1]]
    if 'oneOf' in schema and sum(not list(problems(value, option, where)) for option in schema['oneOf']) < 1:
        yield f'{where}: fits no form of message: {json.dumps(value)[:200]}'
    if 'enum' in schema and value not in schema['enum']:
        yield f'{where}: {value!r} is not one of {schema["enum"]}'
    if 'type' in schema and (not isinstance(value, TYPES[schema['type']]) or (schema['type'] == 'integer' and isinstance(value, bool))):
        yield f'{where}: {value!r} is not of type {schema["type"]}'
        return
    if isinstance(value, dict):
        yield from (f'{where}: no {name}' for name in schema.get('required', []) if name not in value)
        others = schema.get('additionalProperties', True)
        for name, member in value.items():
            if name in schema.get('properties', {}):
                yield from problems(member, schema['properties'][name], f'{where}.{name}')
            elif others is False:
                yield f'{where}: unknown {name}'
            elif isinstance(others, dict):
                yield from problems(member, others, f'{where}.{name}')
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from problems(item, schema.get('items', {}), f'{where}[{index}]')


class Plugin:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.found = []
        self.asked = []
        self.number = 0

    def check(self, message):
        self.found += problems(message, SCHEMA)
        return message

    def say(self, message):
        self.process.stdin.write(json.dumps(self.check(message)) + '\n')
        self.process.stdin.flush()

    def call(self, method, answers, **params):
        """@answers: what is asked for -> its result."""
        self.number += 1
        self.say({'id': self.number, 'method': method, 'params': params})
        while True:
            message = self.check(json.loads(self.process.stdout.readline()))
            if 'method' not in message:
                return message
            if 'id' not in message:
                continue
            self.asked.append((message['method'], message['params']))
            answer = answers.get(message['method'])
            self.say({'id': message['id'], 'result': answer} if answer is not None else
                     {'id': message['id'], 'error': {'code': 'denied', 'text': 'no'}})

    def close(self):
        self.process.stdin.close()
        status = self.process.wait(10)
        self.process.stdout.close()
        return status


def talk_cmp(plugin):
    both = {'profile': PROFILE, 'request': REQUEST}
    yield 'api', plugin.call('hello', {}, api=1, host='test', language='C')['result']['api'] == 1
    fields = plugin.call('form', {}, profile=PROFILE)['result']['fields']
    yield 'form', [field['id'] for field in fields] == ['name', 'kind'] and fields[0]['required'] and len(fields[1]['choices']) == 2
    yield 'disclose', plugin.call('disclose', {}, profile=PROFILE)['result']['terms'] == {'Terms': 'sample'}
    waiting = plugin.call('submit', {'cmp.run': {'state': 'waiting', 'check_after': 5}}, **both)
    yield 'submit', waiting['result'] == {'state': 'waiting', 'check_after': 5}
    issued = plugin.call('poll', {'cmp.run': {'state': 'issued', 'certificate': CERTIFICATE}}, **both)
    yield 'poll', issued['result']['certificate'] == CERTIFICATE
    yield 'accept', plugin.call('accept', {'cmp.run': {'state': 'confirmed'}}, **both)['result']['state'] == 'confirmed'
    yield 'refused', plugin.call('submit', {}, **both)['error']['code'] == 'denied'
    yield 'bodies', [params['body'] for method, params in plugin.asked] == ['ir', 'pollReq', 'certConf', 'ir']
    yield 'by name only', all(params['protection'] == {'secret': 'activation-code'} for method, params in plugin.asked)


def talk_example(plugin):
    both = {'profile': PROFILE, 'request': REQUEST}
    csr = {'csr': 'AAAA'}
    yield 'api', plugin.call('hello', {}, api=1, host='test', language='C')['result']['api'] == 1
    yield 'form', plugin.call('form', {}, profile=PROFILE)['result']['fields'][0]['id'] == 'name'
    later = plugin.call('submit', {'csr.make': csr, 'http.request': {'status': 202, 'retry_after': 0, 'body': ''}}, **both)['result']
    yield 'submit', later == {'state': 'waiting', 'cookie': 'AAAA', 'check_after': 60}
    issued = plugin.call('poll', {'http.request': {'status': 200, 'retry_after': 0, 'body': CERTIFICATE}}, cookie='AAAA', **both)['result']
    yield 'poll', issued == {'state': 'issued', 'certificate': CERTIFICATE}
    refused = plugin.call('poll', {'http.request': {'status': 403, 'retry_after': 0, 'body': ''}}, cookie='AAAA', **both)
    yield 'refused', refused['error']['code'] == 'rejected'
    yield 'no permission', plugin.call('submit', {}, **both)['error']['code'] == 'denied'
    yield 'sent', plugin.asked[1][1]['body'] == 'AAAA'


PLUGINS = [
    ('cmp', [BUILD / 'plugins/1/cmp/signet-cmp'], talk_cmp),
    ('example in C', [BUILD / 'plugins/1/example/example-ca'], talk_example),
    ('example in Python', [SOURCE / 'plugins/example/example-ca.py'], talk_example),
]


def main():
    number = 0
    failed = False
    for name, command, talk in PLUGINS:
        plugin = Plugin(command)
        results = list(talk(plugin))
        results.append(('ends when its input does', plugin.close() == 0))
        results.append(('every line fits the schema', not plugin.found))
        for what, good in results:
            number += 1
            failed = failed or not good
            print(f'{"ok" if good else "not ok"} {number} - {name}: {what}')
        for finding in plugin.found:
            print(f'# {finding}')
    print(f'1..{number}')
    return 1 if failed else 0


sys.exit(main())
