#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-translations: every file with words is in POTFILES.in, and every language is complete and fits.

  potfiles      each source with a gettext call and each .ui with a translatable text is listed, and what is listed exists
  complete      no untranslated, fuzzy or obsolete entry, nothing in the sources the language does not have
  format        msgfmt --check: printf formats, plural forms, header
  placeholders  {name} placeholders and the marks of the command line (--option, signet COMMAND) are the same on both sides

Usage: check-translations.py TOP
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CALL = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|C_|NC_|gettext|ngettext|g_dngettext|g_dpgettext2)\s*\(\s*(?:GETTEXT_PACKAGE,\s*)?"')
TRANSLATABLE = re.compile(r'translatable="(?:yes|true)"')
KEYWORDS = ['_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'ngettext:1,2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3']


def listed(top):
    lines = (top / 'po/POTFILES.in').read_text(encoding='utf-8').split('\n')
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def with_words(top):
    for path in sorted((top / 'app').rglob('*')):
        if path.suffix in ('.c', '.h') and CALL.search(path.read_text(encoding='utf-8')):
            yield path.relative_to(top).as_posix()
        elif path.suffix == '.ui' and TRANSLATABLE.search(path.read_text(encoding='utf-8')):
            yield path.relative_to(top).as_posix()
    for path in sorted((top / 'data').glob('*.in')):
        if path.name.endswith(('.desktop.in', '.metainfo.xml.in', '.gschema.xml.in')):
            yield path.relative_to(top).as_posix()


def check_potfiles(top):
    names = listed(top)
    for name in with_words(top):
        if name not in names:
            yield f'po/POTFILES.in does not list {name}'
    for name in names:
        if not (top / name).is_file():
            yield f'po/POTFILES.in lists {name}, which is not there'


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'})
    return result.returncode, result.stdout, result.stderr


def unescape(text):
    return re.sub(r'\\(.)', lambda match: {'n': '\n', 't': '\t'}.get(match.group(1), match.group(1)), text)


def entries(path):
    """(context, id, [translations]) of a PO file; msgcat has put every string on one line."""
    for block in run('msgcat', '--no-wrap', str(path))[1].split('\n\n'):
        field, found = None, {}
        for line in block.split('\n'):
            match = re.match(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?) "(.*)"$', line)
            if match:
                field = match.group(1)
                found[field] = unescape(match.group(2))
            elif line.startswith('"') and field:
                found[field] += unescape(line[1:-1])
        if found.get('msgid'):
            texts = [value for key, value in found.items() if key.startswith('msgstr')]
            yield (found.get('msgctxt'), found['msgid'], texts)


def marks(text):
    return sorted(re.findall(r'\{[a-z]+\}|--[a-z][a-z-]+', text))


def check_language(top, language, template):
    path = top / f'po/{language}.po'
    status, _, errors = run('msgfmt', '--check', '--output-file=/dev/null', str(path))
    if status != 0:
        yield f'{path.name}: {errors.strip()}'
    for option, what in (('--untranslated', 'not translated'), ('--only-fuzzy', 'fuzzy'), ('--only-obsolete', 'obsolete')):
        for line in run('msgattrib', option, '--no-wrap', str(path))[1].split('\n'):
            if re.match(r'(#~ )?msgid ".+"', line):
                yield f'{path.name}: {what}: {line}'
    have = {(context, text): texts for context, text, texts in entries(path)}
    for context, text, _ in entries(template):
        if (context, text) not in have:
            yield f'{path.name}: missing: {text!r}'
    for (_, text), texts in have.items():
        for translation in texts:
            if marks(text) != marks(translation):
                yield f'{path.name}: other placeholders or options: {text!r} and {translation!r}'
            if text.startswith('  ') != translation.startswith('  '):
                yield f'{path.name}: other indentation: {text!r}'


def make_template(top, folder):
    template = Path(folder) / 'signet.pot'
    keywords = [f'--keyword={keyword}' for keyword in KEYWORDS]
    status, _, errors = run('xgettext', '--from-code=UTF-8', f'--directory={top}', f'--files-from={top}/po/POTFILES.in', f'--output={template}',
                            '--package-name=signet', *keywords)
    if status != 0:
        raise SystemExit(f'xgettext: {errors}')
    return template


def main():
    top = Path(sys.argv[1]).resolve()
    findings = list(check_potfiles(top))
    languages = [line for line in (top / 'po/LINGUAS').read_text(encoding='utf-8').split('\n') if re.fullmatch(r'[a-z]{2,3}(_[A-Z]{2})?', line)]
    with tempfile.TemporaryDirectory() as folder:
        template = make_template(top, folder)
        count = sum(1 for _ in entries(template))
        for language in languages:
            findings += check_language(top, language, template)
    for line in findings:
        print(line)
    print(f'{count} texts, {len(languages)} languages')
    return 1 if findings or count < 100 or not languages else 0


if __name__ == '__main__':
    sys.exit(main())
