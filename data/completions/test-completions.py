#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-completions SHELL COMPLETION SIGNET: what a shell offers after lines a person may have typed. The shell itself is asked, as a person
asks it: bash runs the function with the words, fish is told to complete the line, zsh gets the keys in a terminal.
"""
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

PATIENCE = 30
SKIPPED = 77

# after the line each of the words is offered, and none of those behind the bar
LINES = {
    'signet ': 'sign verify token certificate request authority plugin journal help --version | list --json',
    'signet si': 'sign | verify',
    'signet token ': 'list init change-pin unblock remove modules doctor | show renew',
    'signet token ch': 'change-pin | list',
    'signet token doctor --': '--test-signature --verbose --json | --puk-file',
    'signet token unblock --': '--puk-file --so-pin-file --new-pin-file --spend-last-try | --label',
    'signet sign --': '--reason --pin-file --output-dir --json | --trust',
    'signet sign --format ': 'pades cades xades asice asics asice-cades asics-cades | --reason',
    'signet sign --packaging ': 'enveloped enveloping detached | --reason',
    'signet verify --t': '--trust | --json',
    'signet request new --a': '--authority --accept-terms | --json',
    'signet certificate ': 'import delete list | init',
    'signet certificate export --d': '--der | --chain',
    'signet certificate import --': '--passphrase-file --replace --chain | --der',
    'signet certificate delete --': '--with-key --yes | --chain',
}


class Bash:
    def __init__(self, completion):
        self.completion = completion

    def offers(self, line):
        script = (f'. {shlex.quote(str(self.completion))}; COMP_WORDS=({line}); [[ "{line}" != *" " ]] || COMP_WORDS+=(""); '
                  'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _signet; printf "%s\\n" "${COMPREPLY[@]}"')
        return subprocess.run(['bash', '--norc', '-c', script], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout

    def close(self):
        pass


class Fish(Bash):
    def offers(self, line):
        script = f'source {shlex.quote(str(self.completion))}; complete -C {shlex.quote(line)}'
        run = subprocess.run(['fish', '--no-config', '-c', script], capture_output=True, text=True, timeout=PATIENCE, check=True)
        return re.sub(r'\t.*', '', run.stdout)


class Zsh:
    """In a terminal of its own: completion in zsh is part of the line editor."""
    SETUP = ("PS1='at-the-prompt' PS2='' LISTMAX=0 zle_highlight=(none); autoload -Uz compinit; compinit -D -u; unsetopt auto_menu list_beep beep; "
             "bindkey '^T' list-choices; zstyle ':completion:*' format ''; print done-$((40 + 2))\n")

    def __init__(self, completion):
        self.left = ''
        process, self.terminal = pty.fork()
        if process == 0:
            os.environ.update(TERM='xterm', ZDOTDIR=os.environ['HOME'])
            os.execvp('zsh', ['zsh', '-f', '-i'])
        self.process = process
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 300, 200, 0, 0))
        self.write(f'fpath=({shlex.quote(str(completion.parent))} $fpath)\n' + self.SETUP)
        self.read_until('done-42')
        self.read_until('at-the-prompt')

    def write(self, text):
        os.write(self.terminal, text.encode())

    def read(self, seconds):
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        return os.read(self.terminal, 65536).decode(errors='replace') if ready else ''

    def read_until(self, mark):
        seen = ''
        end = time.monotonic() + PATIENCE
        while mark not in seen:
            if time.monotonic() > end:
                raise AssertionError(f'zsh did not come to {mark}: {seen!r}')
            seen += self.left + self.read(0.2)
            self.left = ''
        at = seen.index(mark) + len(mark)
        self.left = seen[at:]
        return seen[:at]

    def offers(self, line):
        """What stands between the line and the answer to the next command."""
        self.write(line + '\x14')
        self.write('\x15print done-$((40 + 2))\n')
        seen = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', ' ', self.read_until('done-42'))
        self.read_until('at-the-prompt')
        return seen

    def close(self):
        self.write('\x15exit\n')
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def complain(shell, line, expected):
    wanted, _, unwanted = expected.partition('|')
    offered = shell.offers(line)
    words = set(re.split(r'\s+', offered.replace(line, ' ', 1) if isinstance(shell, Zsh) else offered))
    missing = [word for word in wanted.split() if word not in words]
    too_many = [word for word in unwanted.split() if word in words]
    if missing or too_many:
        print(f'after {line!r}: missing {missing}, wrong {too_many}, offered: {offered!r}')
    return bool(missing or too_many)


def main():
    name, completion, program = sys.argv[1:]
    if shutil.which(name) is None:
        print(f'{name} is not installed')
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix='signet-test.') as home:
        os.environ.update(HOME=home, XDG_DATA_HOME=home, XDG_CONFIG_HOME=home, PATH=f'{Path(program).parent}:{os.environ["PATH"]}')
        shell = {'bash': Bash, 'fish': Fish, 'zsh': Zsh}[name](Path(completion))
        failures = sum(complain(shell, line, expected) for line, expected in LINES.items())
        shell.close()
    print(f'{len(LINES) - failures} of {len(LINES)} lines')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
