#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-check-house: builds small houses with one fault each and asserts that check-house names that fault, and no other."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = sys.argv.pop(1)
SPDX = '/* SPDX-License-Identifier: GPL-3.0-or-later */\n'
README = '# room\n' + 'A line about the room.\n' * 8


class House:
    """A small good house: two rooms, a face, a host, a plugin and its kit."""

    def __init__(self, top):
        self.top = Path(top)
        self.write('meson.build', "rooms = ['base', 'token']\n")
        for room in ('app/core/base', 'app/core/token', 'app/desktop', 'app/cli', 'app/token-host', 'plugins/sdk', 'plugins/acme'):
            self.write(f'{room}/README.md', README)
        self.write('app/core/base/signet-text.h', SPDX + 'char *signet_text_clean (const char *text);\n')
        self.write('app/core/base/signet-text.c', SPDX + '#include "signet-text.h"\nchar *\nsignet_text_clean (const char *text)\n{\n}\n')
        self.write('app/core/token/signet-token.h', SPDX + '#include "../base/signet-text.h"\nint signet_token_open (void);\n')
        self.write('app/desktop/window.c', SPDX + '#include <gtk/gtk.h>\n#include "../core/token/signet-token.h"\n')
        self.write('app/cli/main.c', SPDX + 'int\nmain (int argc, char **argv)\n{\n}\n')
        self.write('plugins/sdk/kit.h', SPDX.replace('GPL-3.0-or-later', 'MIT') + 'int kit_run (void);\n')
        self.write('plugins/acme/acme.c', SPDX + '#include "../sdk/kit.h"\nstatic int\nhelper (void)\n{\n}\n')

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def check(self, *arguments):
        result = subprocess.run([sys.executable, CHECKER, *arguments, str(self.top)], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout.splitlines(), result.stderr


class TestCheckHouse(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.house = House(folder.name)

    def assert_only(self, expected, *arguments):
        status, findings, errors = self.house.check(*arguments)
        self.assertEqual(errors, '')
        self.assertEqual(status, 1, 'the fault was not caught')
        self.assertEqual(len(findings), 1, findings)
        self.assertIn(expected, findings[0])

    def test_good_house(self):
        self.assertEqual(self.house.check(), (0, [], ''))

    def test_upward_include(self):
        self.house.write('app/core/base/signet-up.c', SPDX + '#include "../token/signet-token.h"\n')
        self.assert_only('upward include: base stands above token', '--layers-only')

    def test_upward_include_by_name_alone(self):
        self.house.write('app/core/base/signet-up.c', SPDX + '#include "signet-token.h"\n')
        self.assert_only('upward include')

    def test_upward_dependency(self):
        self.house.write('app/core/base/meson.build', '# SPDX-License-Identifier: GPL-3.0-or-later\nx = [token_dep]\n')
        self.assert_only('upward dependency: base stands above token')

    def test_gtk_in_core(self):
        self.house.write('app/core/token/signet-token-dialog.c', SPDX + '#include <gtk/gtk.h>\n')
        self.assert_only('GTK belongs in app/desktop')

    def test_adwaita_in_cli(self):
        self.house.write('app/cli/pretty.c', SPDX + '#  include <adwaita.h>\n')
        self.assert_only('GTK belongs in app/desktop')

    def test_core_knows_a_face(self):
        self.house.write('app/cli/cli.h', SPDX)
        self.house.write('app/core/token/signet-token-x.c', SPDX + '#include "../../cli/cli.h"\n')
        self.assert_only('app/core knows neither faces nor plugins')

    def test_plugin_knows_core(self):
        self.house.write('plugins/acme/more.c', SPDX + '#include "../../app/core/base/signet-text.h"\n')
        self.assert_only('a plugin knows only plugins/sdk')

    def test_token_host_knows_token_room(self):
        self.house.write('app/token-host/host.c', SPDX + '#include "../core/token/signet-token.h"\n')
        self.assert_only('the token host knows only app/core/base')

    def test_include_in_a_comment_is_no_include(self):
        self.house.write('app/core/base/signet-note.c', SPDX + '/* never #include <gtk/gtk.h> here */\n')
        self.assertEqual(self.house.check()[0], 0)

    def test_long_file(self):
        self.house.write('app/cli/long.c', SPDX + '\n' * 801)
        self.assert_only('split by concern')

    def test_no_licence(self):
        self.house.write('app/cli/bare.c', 'static int x;\n')
        self.assert_only('no SPDX-License-Identifier')

    def test_wrong_licence_in_the_kit(self):
        self.house.write('plugins/sdk/kit.c', SPDX)
        self.assert_only('here it is MIT')

    def test_a_plugin_may_be_mit(self):
        self.house.write('plugins/acme/acme.c', SPDX.replace('GPL-3.0-or-later', 'MIT') + '#include "../sdk/kit.h"\n')
        self.assertEqual(self.house.check()[0], 0)

    def test_the_core_may_not_be_mit(self):
        self.house.write('app/cli/free.c', SPDX.replace('GPL-3.0-or-later', 'MIT'))
        self.assert_only('licence MIT')

    def test_no_readme(self):
        (self.house.top / 'app/core/base/README.md').unlink()
        self.assert_only('every room has a README')

    def test_not_static(self):
        self.house.write('app/cli/loose.c', SPDX + 'int\nloose_end (void)\n{\n}\n')
        self.assert_only('loose_end is neither static nor declared')

    def test_foreign_name_in_a_header(self):
        self.house.write('app/core/base/signet-clock.h', SPDX + 'int signet_weather_get (void);\n')
        self.assert_only('signet_weather_get is named after neither')

    def test_escape_mark(self):
        self.house.write('app/core/base/signet-clock.h', SPDX + '/* names: signet_weather */\nint signet_weather_get (void);\n')
        self.assertEqual(self.house.check()[0], 0)

    def test_a_quark_is_no_difference(self):
        self.house.write('app/core/base/signet-clock.c', SPDX + 'G_DEFINE_QUARK (signet-clock-error-quark, signet_clock_error)\n')
        self.assertEqual(self.house.check()[0], 0)
        self.house.write('app/core/base/signet-clock.c', SPDX + 'G_DEFINE_QUARK (signet - clock - error - quark, signet_clock_error)\n')
        self.assert_only('G_DEFINE_QUARK with a blank')

    def test_profile_without_hosts_of_its_own(self):
        text = '[Authority]\nSample=true\n%s[Permissions]\nHosts=127.0.0.1:8080\n'
        self.house.write('plugins/acme/sample.profile', text % 'Hosts=127.0.0.1\n')
        self.assertEqual(self.house.check()[0], 0)
        self.house.write('plugins/acme/sample.profile', text % '')
        self.assert_only('names no Hosts or Domains')

    def test_what_is_formatted_keeps_its_quarks(self):
        if shutil.which('clang-format') is None:
            self.skipTest('clang-format is not installed')
        top = Path(CHECKER).resolve().parents[2]
        line = 'G_DEFINE_QUARK (signet-clock-error-quark, signet_clock_error)'
        self.house.write('app/core/base/signet-clock.c', SPDX + line + '\nstatic int  x=1 - 2;\n')
        self.house.write('.clang-format', (top / '.clang-format').read_text(encoding='utf-8'))
        file = self.house.top / 'app/core/base/signet-clock.c'
        subprocess.run([top / 'tests/tools/format', file], env={**os.environ, 'SIGNET_TOP': str(top)}, check=True, capture_output=True)
        self.assertEqual(file.read_text(encoding='utf-8').splitlines()[1:], [line, 'static int x = 1 - 2;'])

    def test_stamp_only_when_in_order(self):
        stamp = self.house.top / 'stamp'
        arguments = ('--stamp', str(stamp), '--depfile', str(stamp) + '.d')
        self.assertEqual(self.house.check(*arguments)[0], 0)
        self.assertTrue(stamp.exists())
        stamp.unlink()
        self.house.write('app/cli/bare.c', SPDX + '#include <adwaita.h>\n')
        self.assertEqual(self.house.check(*arguments)[0], 1)
        self.assertFalse(stamp.exists())


if __name__ == '__main__':
    unittest.main()
