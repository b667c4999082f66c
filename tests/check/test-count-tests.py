#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-count-tests: the count at the end of ./dev test tells the truth, also when meson died half-way."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COUNTER = sys.argv.pop(1)


class TestCountTests(unittest.TestCase):
    def count(self, results, *arguments, listed=None):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, 'testlog.json')
            log.write_text(''.join(json.dumps({'name': f't{i}', 'result': r}) + '\n' for i, r in enumerate(results)), encoding='utf-8')
            arguments = list(arguments)
            if listed is not None:
                Path(folder, 'list').write_text('x\n' * listed, encoding='utf-8')
                arguments += ['--expected', str(Path(folder, 'list'))]
            result = subprocess.run([sys.executable, COUNTER, *arguments, str(log)], capture_output=True, text=True, check=False)
            return result.returncode, result.stdout.splitlines()[-1]

    def test_all_good(self):
        self.assertEqual(self.count(['OK', 'OK', 'SKIP']), (0, '2 passed, 0 failed, 1 skipped'))

    def test_each_kind_of_failure(self):
        self.assertEqual(self.count(['OK', 'FAIL', 'TIMEOUT', 'ERROR', 'INTERRUPT', 'UNEXPECTEDPASS', 'EXPECTEDFAIL']),
                         (1, '2 passed, 5 failed, 0 skipped'))

    def test_lost_results_are_failures(self):
        self.assertEqual(self.count(['OK'], listed=3), (1, '1 passed, 2 failed, 0 skipped'))

    def test_nothing_ran(self):
        self.assertEqual(self.count([]), (1, '0 passed, 0 failed, 0 skipped'))

    def test_only_skipped_is_no_success(self):
        self.assertEqual(self.count(['SKIP'])[0], 1)

    def test_meson_failed_without_a_failed_test(self):
        self.assertEqual(self.count(['OK'], '--exit-status', '2'), (1, '1 passed, 1 failed, 0 skipped'))


if __name__ == '__main__':
    unittest.main()
