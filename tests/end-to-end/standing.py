# SPDX-License-Identifier: GPL-3.0-or-later
"""standing: what tests of a certificate that is there share, from the command line and in the window: a world with one, whose authority's profile
changes, and a practice statement on loopback.
"""
import http.server
import threading
import unittest

from world import World


class StandingTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def index(self):
        """What the authority knows of its certificates."""
        return (self.world.root / 'pki/index.txt').read_text(encoding='utf-8')

    def change_profile(self, *changes):
        """Returns what undoes it."""
        profile = self.world.root / 'data/signet/authorities/sample-ca.profile'
        before = text = profile.read_text(encoding='utf-8')
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        profile.write_text(text, encoding='utf-8')
        return lambda: profile.write_text(before, encoding='utf-8')

    def serve_statement(self, content):
        """A server of @content, which may be set anew."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                self.send_response(200)
                self.end_headers()
                self.wfile.write(server.content)

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.content = content
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server
