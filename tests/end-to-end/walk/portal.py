# SPDX-License-Identifier: GPL-3.0-or-later
# What an engineer of the portal's authority writes in the place of form, send, submit and poll of the example.
import base64
import textwrap

TERMS = {'terms': 'Terms', 'cps': 'Cps', 'fees': 'Fees', 'data_use': 'DataUse', 'liability': 'Liability'}
WRONG_CODES = (1001, 1002)


def portal(params, method, path, body=None, session=None):
    """One question to the portal: its data, or its refusal in its own words."""
    request = {'method': method, 'url': params['profile']['Issuance']['Url'] + path}
    if body is not None:
        request['json'] = body
    if session is not None:
        request['headers'] = {'Authorization': f'Bearer {session}'}
    answer = ask('http.request', **request)
    if answer['status'] >= 500:
        raise Refusal('try-later', f'the portal answered with status {answer["status"]}')
    said = json.loads(base64.b64decode(answer['body']))
    if said['code'] in WRONG_CODES:
        raise Refusal('wrong-secret', said['message'])
    if said['code'] != 0:
        raise Refusal('rejected', said['message'])
    return said['data']


def log_in(params):
    """The code is named, not known: Signet puts it in."""
    account = params['request']['fields']['account'] if 'request' in params else params['profile']['Issuance']['Account']
    return portal(params, 'POST', '/login', {'account': account, 'login_code': {'$secret': 'login-code'}})['session']


def form(params):
    return {'fields': [{'id': 'name', 'type': 'text', 'label': 'Name', 'required': True},
                       {'id': 'account', 'type': 'text', 'label': 'Account of the portal', 'required': True},
                       {'id': 'login-code', 'type': 'secret', 'label': 'Login code, from the letter', 'required': True}]}


def disclose(params):
    said = portal(params, 'GET', '/terms')
    return {'terms': {ours: said[theirs] for theirs, ours in TERMS.items() if theirs in said}}


def pem(csr):
    return '-----BEGIN CERTIFICATE REQUEST-----\n' + '\n'.join(textwrap.wrap(csr, 64)) + '\n-----END CERTIFICATE REQUEST-----\n'


def in_base64(text):
    return base64.b64encode(text.encode()).decode()


def read(application):
    if application['status'] == 'pending':
        return {'state': 'waiting', 'cookie': application['id'], 'check_after': max(application['retry_after'], 1)}
    if application['status'] == 'refused':
        raise Refusal('rejected', application['reason'])
    return {'state': 'issued', 'certificate': in_base64(application['certificate']), 'chain': [in_base64(text) for text in application['chain']],
            'cookie': application['id']}


def submit(params):
    session = log_in(params)
    terms = portal(params, 'GET', '/terms')
    body = {'csr': pem(ask('csr.make')['csr']), 'agreed_terms': terms['version'], 'evidence': []}
    return read(portal(params, 'POST', '/applications', body, session))


def poll(params):
    return read(portal(params, 'GET', f'/applications/{params["cookie"]}', session=log_in(params)))
