#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-background: signet-background on a session bus of its own, with a notification daemon that writes down what it is told and presses a button."""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from world import BUILD, SOURCE, World, main

PROGRAM = BUILD / 'app/background/signet-background'
DAEMON = r'''
import json, sys
from gi.repository import Gio, GLib
press, record = sys.argv[1] == 'press', open(sys.argv[2], 'a', encoding='utf-8')
NOTIFY = """<node><interface name="org.freedesktop.Notifications"><method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/>
<arg type="i" direction="in"/><arg type="u" direction="out"/></method><signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal></interface></node>"""
APPLICATION = """<node><interface name="org.freedesktop.Application"><method name="ActivateAction"><arg type="s" direction="in"/>
<arg type="av" direction="in"/><arg type="a{sv}" direction="in"/></method></interface></node>"""
count = 0
def say(what):
    record.write(json.dumps(what) + '\n'); record.flush()
def on_notify(bus, sender, path, interface, method, parameters, invocation):
    global count
    count += 1
    name, _, icon, title, body, actions, hints, _ = parameters.unpack()
    say({'title': title, 'body': body, 'actions': actions, 'urgency': hints['urgency'], 'entry': hints['desktop-entry']})
    invocation.return_value(GLib.Variant('(u)', (count,)))
    if press and len(actions) > 2:
        bus.emit_signal(sender, path, interface, 'ActionInvoked', GLib.Variant('(us)', (count, actions[2])))
    bus.emit_signal(sender, path, interface, 'NotificationClosed', GLib.Variant('(uu)', (count, 2)))
def on_action(bus, sender, path, interface, method, parameters, invocation):
    name, given, _ = parameters.unpack()
    say({'action': name, 'target': given[0]})
    invocation.return_value(None)
def serve(bus, path, xml, handler):
    bus.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], handler, None, None)
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
serve(bus, '/org/freedesktop/Notifications', NOTIFY, on_notify)
serve(bus, '/org/signet/Signet', APPLICATION, on_action)
Gio.bus_own_name_on_connection(bus, 'org.signet.Signet', 0, None, None)
Gio.bus_own_name_on_connection(bus, 'org.freedesktop.Notifications', 0, lambda *a: print('ready', flush=True), None)
GLib.MainLoop().run()
'''


class Background(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = World(key='none')
        cls.addClassCleanup(cls.shared.close)

    def setUp(self):
        self.world = self.shared.copy()
        self.addCleanup(self.world.close)
        self.record = self.world.root / 'told'
        self.environment = {**self.world.environment, 'SIGNET_TEST_BUTTON_SECONDS': '20', 'SECRET_BACKEND': 'service'}
        self.start_bus()

    def start_bus(self):
        bus = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address=1'], stdout=subprocess.PIPE, text=True,
                               env=self.environment, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop, bus)
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = bus.stdout.readline().strip()

    def start_daemon(self, press=False):
        daemon = subprocess.Popen([sys.executable, '-c', DAEMON, 'press' if press else 'look', str(self.record)], env=self.environment,
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, daemon)
        self.assertEqual(daemon.stdout.readline().strip(), 'ready')

    @staticmethod
    def stop(process):
        process.terminate()
        process.wait(20)
        process.stdout.close()

    def look(self, **more):
        """One look; what it told. It is gone when this returns: there is no process between two looks."""
        before = len(self.told())
        run = subprocess.run([PROGRAM], env={**self.environment, **more}, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return self.told()[before:]

    def told(self):
        return [json.loads(line) for line in self.record.read_text(encoding='utf-8').splitlines()] if self.record.exists() else []

    def put_on_token(self, days, name='Li Na (sample) & <b>Co'):
        folder = self.world.root
        run = ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', folder / 'k.pem', '-out',
               folder / 'c.pem', '-days', str(days), '-subj', f'/CN={name}', '-addext', 'basicConstraints=critical,CA:false', '-addext',
               'keyUsage=critical,nonRepudiation']
        subprocess.run(run, check=True, capture_output=True)
        subprocess.run(['openssl', 'pkcs12', '-export', '-inkey', folder / 'k.pem', '-in', folder / 'c.pem', '-out', folder / 'x.p12', '-passout',
                        'pass:sample'], check=True, capture_output=True)
        (folder / 'passphrase').write_text('sample\n', encoding='utf-8')
        (folder / 'passphrase').chmod(0o600)
        run = self.world.signet('certificate', 'import', '--token', 'Sample token', '--pin-file', self.world.pin, '--passphrase-file',
                                folder / 'passphrase', folder / 'x.p12')
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        certificates = json.loads(self.world.signet('certificate', 'list', '--json').stdout)['certificates']
        return certificates[0]['sha256']

    def test_never_used(self):
        """Who has never used Signet: not even a database is made."""
        with tempfile.TemporaryDirectory() as home:
            self.assertEqual(self.look(HOME=home, XDG_DATA_HOME=home), [])
            self.assertEqual(os.listdir(os.path.join(home, 'signet')) if os.path.isdir(os.path.join(home, 'signet')) else [], [])

    def test_told_once(self):
        self.start_daemon()
        self.put_on_token(20)
        told = self.look()
        self.assertEqual(len(told), 1, told)
        self.assertIn('&lt;b&gt;', told[0]['body'], 'a name is no markup')
        self.assertEqual((told[0]['actions'][2], told[0]['urgency'], told[0]['entry']), ('renew', 1, 'org.signet.Signet'))
        self.assertEqual(self.look(), [])

    def test_chinese(self):
        self.start_daemon()
        self.put_on_token(3)
        locales = subprocess.run(['locale', '-a'], capture_output=True, text=True, check=True).stdout
        if 'zh_CN.utf8' not in locales:
            self.skipTest('the locale zh_CN.UTF-8 is not installed')
        told = self.look(LC_ALL='zh_CN.UTF-8', LANGUAGE='zh_CN')
        self.assertEqual((told[0]['title'], told[0]['urgency']), ('您的证书即将到期', 2))

    def test_button(self):
        self.start_daemon(press=True)
        fingerprint = self.put_on_token(3)
        self.assertEqual(self.look()[1:], [{'action': 'renew', 'target': fingerprint}])

    def test_nobody_to_tell(self):
        """Without a notification daemon nothing counts as told."""
        self.put_on_token(20)
        self.assertEqual(self.look(), [])
        self.start_daemon()
        self.assertEqual(len(self.look()), 1)

    def test_two_at_once(self):
        self.put_on_token(3)
        self.start_daemon()
        both = [subprocess.Popen([PROGRAM], env=self.environment) for _ in range(2)]
        self.assertEqual([process.wait(120) for process in both], [0, 0])
        self.assertEqual(len(self.told()), 1)

    def test_no_bus(self):
        self.put_on_token(3)
        self.assertEqual(self.look(DBUS_SESSION_BUS_ADDRESS='unix:path=/nowhere'), [])

    def test_waiting_request(self):
        """What the authority has decided meanwhile is told; the PIN is not asked for, and no token is looked for."""
        self.world = other = World(key='none')
        self.addCleanup(other.close)
        address = self.environment['DBUS_SESSION_BUS_ADDRESS']
        self.record = other.root / 'told'
        # the secret is in the key ring of the sample world, which is a file and asks nobody
        self.environment = {**other.environment, 'SIGNET_TEST_BUTTON_SECONDS': '20', 'DBUS_SESSION_BUS_ADDRESS': address}
        self.start_daemon()
        profile = next((other.root / 'data/signet/authorities').glob('*.profile'))
        ca = subprocess.Popen([BUILD / 'tests/servers/signet-test-ca', 'serve', other.root / 'pki', '--port-file', other.root / 'slow.port',
                               '--reference', '1234', '--secret', 'signet-demo', '--fault', 'waiting', '--check-after', '2'], stdout=subprocess.PIPE)
        self.addCleanup(self.stop, ca)
        for _ in range(400):
            if (other.root / 'slow.port').exists() and (other.root / 'slow.port').read_text():
                break
            time.sleep(0.05)
        port = (other.root / 'slow.port').read_text().strip()
        profile.write_text(profile.read_text(encoding='utf-8').replace(f':{other.port("CA")}', f':{port}'), encoding='utf-8')
        run = other.request(environment={'DBUS_SESSION_BUS_ADDRESS': address})
        self.assertEqual(run.returncode, 75, run.stdout + run.stderr)
        time.sleep(3)
        told = self.look(SIGNET_TOKEN_HOST='/nowhere/signet-token-host')
        self.assertEqual(len(told), 1, told)
        self.assertEqual(told[0]['actions'][2], 'show-request')
        request = json.loads(other.signet('request', 'show', '1', '--json').stdout)['request']
        self.assertIn(request['state'], ('issued', 'checked'))
        run = other.signet('request', 'resume', '--pin-file', other.pin, '1')
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_cost(self):
        """A look at nothing new: no module is started, and the memory stays small."""
        self.start_daemon()
        self.put_on_token(300)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        self.assertEqual(self.look(SIGNET_TOKEN_HOST='/nowhere/signet-token-host'), [])
        took = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f'# one look: {took * 1000:.0f} ms, of it {processor * 1000:.0f} ms of processor')


class Files(unittest.TestCase):
    """What starts it fits together."""

    def test_units(self):
        folder = BUILD / 'data/background'
        service = (folder / 'signet-background.service').read_text(encoding='utf-8')
        name = (folder / 'org.signet.Background.service').read_text(encoding='utf-8')
        self.assertIn('BusName=org.signet.Background', service)
        self.assertIn('SystemdService=signet-background.service', name)
        self.assertEqual([line for line in name.splitlines() if line.startswith('Exec=')][0][5:],
                         [line for line in service.splitlines() if line.startswith('ExecStart=')][0][10:])
        subprocess.run(['desktop-file-validate', folder / 'org.signet.Background.desktop'], check=True)

    def test_systemd_takes_them(self):
        with tempfile.TemporaryDirectory() as folder:
            service = (BUILD / 'data/background/signet-background.service').read_text(encoding='utf-8')
            lines = [f'ExecStart={PROGRAM}' if line.startswith('ExecStart=') else line for line in service.splitlines() if 'Documentation' not in line]
            Path(folder, 'signet-background.service').write_text('\n'.join(lines) + '\n', encoding='utf-8')
            Path(folder, 'signet-background.timer').write_bytes((SOURCE / 'data/background/signet-background.timer').read_bytes())
            try:
                run = subprocess.run(['systemd-analyze', 'verify', '--user', '--man=no', f'{folder}/signet-background.timer'], capture_output=True,
                                     text=True, check=False, env={**os.environ, 'XDG_RUNTIME_DIR': folder, 'HOME': folder})
            except FileNotFoundError:
                self.skipTest('systemd-analyze is not installed')
            self.assertNotIn('signet-background', run.stderr)


if __name__ == '__main__':
    main()
