#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-words: every code the core may hand to a face has a sentence.

Reads the sources: reasons of verdicts, problems of signatures, reasons for no path, lines of the pre-flight, reasons why a key
cannot sign. A code without a row in app/core/face/signet-words-*.c is a finding. Usage: check-words.py TOP
"""
import re
import sys
from pathlib import Path


def read(folder):
    return '\n'.join(path.read_text(encoding='utf-8') for path in sorted(folder.glob('*.c')))


def codes(pattern, text):
    return {code for match in re.finditer(pattern, text, re.DOTALL) for code in match.groups() if code}


def collect(core):
    validation, document = read(core / 'validation'), read(core / 'document')
    path = (core / 'certificate/signet-certificate-path.c').read_text(encoding='utf-8')
    reasons = codes(r'_signet_signature_report_(?:fail|note) \([^;]*?"([a-z]+(?:-[a-z]+)*)"', validation)
    reasons |= codes(r'\*?(?:reason|code|why) = [^;]*?"([a-z]+(?:-[a-z]+)+)"', validation)
    reasons |= codes(r'(?:set_broken|add_problem) \([^;]*?"([a-z]+(?:-[a-z]+)+)"', document)
    reasons |= codes(r'X509_V_ERR_\w+,\s+"([a-z-]+)",\s+(?:"([a-z-]+)"|NULL)', path)
    reasons |= codes(r'return "([a-z]+(?:-[a-z]+)+)";', path)
    return reasons


def collect_checks(core):
    preflight = read(core / 'signing')
    return {(match.group(1), match.group(2)) for match in re.finditer(r'add_check \(checks, "([a-z-]+)", SIGNET_CHECK_(\w+)', preflight)}


def main():
    core = Path(sys.argv[1]) / 'app/core'
    face = core / 'face'
    verdicts = (face / 'signet-words-verdicts.c').read_text(encoding='utf-8')
    known = codes(r'\{ "([a-z-]+)", N_', verdicts)
    known_checks = set(re.findall(r'\{ "([a-z-]+)", SIGNET_CHECK_(\w+),', (face / 'signet-words-checks.c').read_text(encoding='utf-8')))
    unusable = codes(r'return "([a-z-]+)";', (core / 'signing/signet-signing.c').read_text(encoding='utf-8')) - {'pades', 'cades'}
    known_unusable = codes(r'\{ "([a-z-]+)", N_', (face / 'signet-words-tokens.c').read_text(encoding='utf-8'))

    reasons, checks = collect(core), collect_checks(core)
    findings = [f'signet-words-verdicts.c has no sentence for the reason {code}' for code in sorted(reasons - known)]
    findings += [f'signet-words-checks.c has no sentence for {code} {state}' for code, state in sorted(checks - known_checks)]
    findings += [f'signet-words-tokens.c has no sentence for a key that is {code}' for code in sorted(unusable - known_unusable)]
    for line in findings:
        print(line)
    print(f'{len(reasons)} reasons, {len(checks)} checks, {len(unusable)} reasons why a key cannot sign')
    # a pattern that finds nothing any more would pass for ever
    return 1 if findings or len(reasons) < 20 or len(checks) < 10 or len(unusable) < 3 else 0


if __name__ == '__main__':
    sys.exit(main())
