#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-ground: tries all of operations.py on one token, compares with what tokens.ini says, and writes down what came of it.

    with-KIND test-ground.py SUBJECT [OPERATION…]

SUBJECT is a section of tokens.ini. In the build tree, ground-SUBJECT.json is the row of the table. What a token cannot do must be refused
with the right error: that is a result like any other. What is known to be broken must fail, so that it is taken off the list when it is
mended.
"""
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# pylint: disable=wrong-import-position
from operations import OPERATIONS
from table import Table
from token_under_test import BUILD, Refused, Token


def attempt(token, function):
    """What came of it: ("yes", words), (error code, text) or ("wrong", text)."""
    try:
        return 'yes', function(token) or ''
    except Refused as refusal:
        return refusal.code, str(refusal)
    except AssertionError as failure:
        return 'wrong', str(failure)


def judge(expected, outcome, text):
    """None, or what is amiss."""
    if expected.broken:
        return None if outcome != 'yes' else f'works now: take it off [broken] ({expected.broken})'
    return None if outcome == expected.outcome else f'expected {expected.outcome}, got {outcome}: {text}'


def main():
    subject, only = sys.argv[1], sys.argv[2:]
    table = Table(HERE / 'tokens.ini', [name for name, _, _ in OPERATIONS])
    module = os.environ['SIGNET_GROUND_MODULES'].split(':')[table.subjects[subject].module]
    token = Token(module, table.data(subject))
    results, amiss = {}, 0
    for name, title, function in OPERATIONS:
        if only and name not in only:
            continue
        if name != 'unblock':
            token.prepare()
        start = time.monotonic()
        outcome, text = attempt(token, function)
        if outcome != 'yes':
            token.settle()
        problem = judge(table.expected(name, subject), outcome, text)
        results[name] = {'outcome': outcome, 'text': text, 'milliseconds': round((time.monotonic() - start) * 1000)}
        amiss += problem is not None
        print(f'{"FAILED" if problem else "ok    "} {subject:13} {title:60} {outcome:12} {results[name]["milliseconds"]:6} ms  {problem or text}'[:600],
              flush=True)
    token.close()
    if not only:
        (BUILD / f'tests/token/ground/ground-{subject}.json').write_text(json.dumps(results, indent=1) + '\n', encoding='utf-8')
    return 1 if amiss else 0


sys.exit(main())
