#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person or script meets before anything is done: help, hints, what is not there yet. docs/cli.md is the contract."""
import re

from contract import CLI, CANNOT_WRITE, SOURCE, USAGE, CommandLineTest, localized, main

GROUPS = ('token', 'certificate', 'request', 'authority', 'plugin', 'journal')
LATER = ('certificate verify', 'authority update', 'authority check', 'authority lists', 'authority complain',
         'journal export')


class Help(CommandLineTest):
    def commands(self):
        run = self.signet('--help')
        self.assert_status(run, 0)
        return re.findall(r'^  ([a-z]+(?: [a-z-]+)?)  +\S', run.out, re.MULTILINE)

    def test_every_command_explains_itself(self):
        commands = self.commands()
        self.assertGreater(len(commands), 15)
        for command in commands:
            with self.subTest(command):
                run = self.signet(*command.split(), '--help')
                self.assert_status(run, 0)
                self.assertEqual(run.err, '')
                self.assertIn(f'signet {command}', run.out)
                self.assertIn('--help', run.out)
                self.assertIn('Examples:', run.out)
                self.assertLess(max(len(line) for line in run.out.split('\n')), 121)

    def test_groups_explain_themselves(self):
        for group in GROUPS:
            with self.subTest(group):
                self.assert_status(self.signet(group, '--help'), 0)
                self.assertEqual(self.signet('help', group).out, self.signet(group, '--help').out)

    def test_help_of_a_command_two_ways(self):
        self.assertEqual(self.signet('help', 'sign').out, self.signet('sign', '--help').out)
        self.assertEqual(self.signet('help', 'token', 'init').out, self.signet('token', 'init', '--help').out)

    def test_help_touches_nothing(self):
        self.signet('--help')
        self.signet('sign', '--help')
        self.signet('--version')
        self.assertEqual(list(self.home.iterdir()), [])

    def test_every_option_of_the_contract_is_there(self):
        contract = (SOURCE / 'docs/cli.md').read_text(encoding='utf-8').split('```')[1]
        for command in ('sign', 'verify'):
            line = re.search(rf'signet {command} .*?(?=\nsignet )', contract, re.DOTALL).group(0)
            known = self.signet(command, '--help').out
            for option in re.findall(r'--[a-z-]+', line):
                with self.subTest(command + ' ' + option):
                    self.assertIn(option, known)

    def test_version(self):
        run = self.signet('--version')
        self.assert_status(run, 0)
        self.assertRegex(run.out, r'^signet \d+\.\d+\.\d+\n$')

    def test_chinese(self):
        run = self.signet('sign', '--help', environment=localized(self.folder))
        self.assert_status(run, 0)
        self.assertIn('用法：signet sign', run.out)
        self.assertIn('PIN 码', run.out)


class Wrong(CommandLineTest):
    def test_nothing_asked(self):
        self.assert_status(self.signet(), USAGE)
        self.assert_status(self.signet('token'), USAGE)

    def test_unknown_command(self):
        run = self.signet('sing', 'a.pdf')
        self.assert_status(run, USAGE)
        self.assert_says(run, 'no command')
        self.assert_status(self.signet('token', 'lsit'), USAGE)

    def test_unknown_option_gets_a_hint(self):
        run = self.signet('verify', '--truts', 'ca.pem', 'a.pdf')
        self.assert_status(run, USAGE)
        self.assert_says(run, r'--truts.*--trust')

    def test_missing_and_odd_arguments(self):
        cases = (['sign'], ['verify'], ['sign', '-o', 'x', 'a', 'b'], ['sign', '-o', 'x', '--output-dir', '.', 'a'],
                 ['sign', '--certify', '4', 'a'], ['sign', '--certify', 'x', 'a'], ['sign', '--format', 'word', 'a'],
                 ['verify', '--at', 'yesterday', 'a'], ['verify', '--detached', 'x', 'a', 'b'], ['token', 'init'], ['request', 'new'],
                 ['request', 'show'], ['request', 'show', '0'], ['request', 'show', '-1'], ['request', 'show', 'x'],
                 ['request', 'new', '--authority', 'x', '--wait', '-1'], ['authority', 'show'], ['certificate', 'show'],
                 ['journal', 'list', '-n', '0'], ['token', 'list', '--module', 'relative.so'], ['sign', '--pin-fd', 'x', 'a'])
        for case in cases:
            with self.subTest(' '.join(case)):
                run = self.signet(*case)
                self.assert_status(run, USAGE)
                self.assertEqual(run.out, '')
                self.assert_says(run, '--help|name|option')

    def test_text_that_is_not_text(self):
        run = self.signet('sign', '--reason', b'caf\xe9', 'a.pdf')
        self.assert_status(run, USAGE)
        self.assert_says(run, 'utf-8')

    def test_what_is_not_there_yet_says_so(self):
        for command in LATER:
            with self.subTest(command):
                run = self.signet(*command.split())
                self.assert_status(run, USAGE)
                self.assert_says(run, 'not in this version')
                self.assertEqual(self.signet_json(*command.split(), status=USAGE)['error']['code'], 'usage')
        for option in (['--format', 'ofd'], ['--scenario', 'x']):
            with self.subTest(option):
                run = self.signet('sign', *option, 'a.pdf')
                self.assert_status(run, USAGE)
                self.assert_says(run, 'not in this version')

    def test_json_also_of_a_wrong_call(self):
        document = self.signet_json('request', 'show', status=USAGE)
        self.assertEqual(document['error']['status'], USAGE)

    def test_pin_never_in_an_argument(self):
        for option in ('--pin', '--pin=1234'):
            self.assert_status(self.signet('sign', option, 'a.pdf'), USAGE)


class Output(CommandLineTest):
    def test_full_disk_is_not_success(self):
        with open('/dev/full', 'wb') as full:
            run = self.signet('--help', stdout=full)
        self.assert_status(run, CANNOT_WRITE)

    def test_closed_pipe_does_not_kill(self):
        # a reader that goes away: no signal, a status
        run = self.signet('--help', stdout=None, preexec_fn=_close_reader)
        self.assert_status(run, CANNOT_WRITE)

    def test_no_colours_in_files(self):
        self.assert_plain(self.signet('token', 'list').out)

    def test_c_locale_stays_readable(self):
        run = self.signet('--help', environment={'LC_ALL': 'C'})
        self.assert_status(run, 0)
        run.out.encode('ascii')

    def test_starts_without_the_network_libraries_at_work(self):
        # --help must not wait for D-Bus, sockets or files of the user
        self.assert_status(self.signet('--help', environment={'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nonexistent', 'HOME': '/nonexistent'}), 0)


def _close_reader():
    import os
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)


if __name__ == '__main__':
    assert CLI
    main()
