# SPDX-License-Identifier: GPL-3.0-or-later
"""desk: signet-desktop seen through its accessible names, as a screen reader sees it; and pictures of the display.

Nothing here waits a fixed time: it asks again until what it looks for is there, or patience ends.
"""
import os
import struct
import subprocess
import time
import zlib
from pathlib import Path

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402  pylint: disable=wrong-import-position
from keyboard import Keyboard  # noqa: E402  pylint: disable=wrong-import-position

BUILD = Path(os.environ['SIGNET_BUILD_ROOT'])
PROGRAM = os.environ.get('SIGNET_DESKTOP', str(BUILD / 'app/desktop/signet-desktop'))
PATIENCE = 90  # seconds: only a failure takes as long
STEP = 0.05
DOWN, RETURN, ESCAPE, TAB, CONTROL, BACKSPACE = 0xff54, 0xff0d, 0xff1b, 0xff09, 0xffe3, 0xff08  # X11 key symbols


def plain(name):
    """GTK 4.8 names a button with a mnemonic twice: "_Open… Open…"."""
    half = len(name) // 2
    if '_' in name and name[:half + 1].replace('_', '').strip() == name[half + 1:].strip():
        return name[half + 1:].strip()
    return name


class NotThere(AssertionError):
    """What was looked for did not appear."""


def picture(path):
    """Writes what the display shows into a PNG: Xvfb keeps it as an XWD file (X11 header, 32-bit pixels)."""
    data = (Path(os.environ['SIGNET_DISPLAY_FOLDER']) / 'Xvfb_screen0').read_bytes()
    header = struct.unpack('>25I', data[:100])
    size, width, height, stride, colours = header[0], header[4], header[5], header[12], header[19]
    pixels = data[size + colours * 12:]
    rows = bytearray()
    for y in range(height):
        row = pixels[y * stride:y * stride + width * 4]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows += b'\0' + rgb

    def chunk(kind, body):
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
                           chunk(b'IDAT', zlib.compress(bytes(rows), 6)) + chunk(b'IEND', b''))


class Bus:
    """The accessibility bus, spoken to directly: libatspi's cache asks GTK 4.8 for windows that are gone, which GTK does not survive."""

    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.address = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress', None, None, 0, 10000).unpack()[0]
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)

    def call(self, name, path, interface, method, arguments=None):
        return self.connection.call_sync(name, path, interface, method, arguments, None, 0, 10000).unpack()

    def process(self, name):
        return self.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                         GLib.Variant('(s)', (name,)))[0]

    def click(self, x, y, button=1):
        self.call('org.a11y.atspi.Registry', '/org/a11y/atspi/registry/deviceeventcontroller', 'org.a11y.atspi.DeviceEventController',
                  'GenerateMouseEvent', GLib.Variant('(iis)', (x, y, f'b{button}c')))

    def key(self, symbol):
        """Presses and lets go a key of the X11 keyboard, by its symbol."""
        self.call('org.a11y.atspi.Registry', '/org/a11y/atspi/registry/deviceeventcontroller', 'org.a11y.atspi.DeviceEventController',
                  'GenerateKeyboardEvent', GLib.Variant('(isu)', (symbol, '', 3)))


    def chord(self, modifier, symbol):
        """A key with another one held: CONTROL, SHIFT."""
        keyboard = Keyboard()
        try:
            keyboard.press(symbol, held=modifier)
        finally:
            keyboard.close()


class Node:
    """One thing on the screen, by its address on the bus."""
    FOCUSED, SENSITIVE = 12, 24  # AtspiStateType

    def __init__(self, bus, name, path):
        self.bus, self.owner, self.path = bus, name, path

    def call(self, interface, method, arguments=None):
        return self.bus.call(self.owner, self.path, f'org.a11y.atspi.{interface}', method, arguments)

    def property(self, interface, name):
        return self.bus.call(self.owner, self.path, 'org.freedesktop.DBus.Properties', 'Get',
                             GLib.Variant('(ss)', (f'org.a11y.atspi.{interface}', name)))[0]

    def name(self):
        return plain(self.property('Accessible', 'Name') or '')

    def role(self):
        return self.call('Accessible', 'GetRoleName')[0]

    def has_state(self, state):
        return bool(self.call('Accessible', 'GetState')[0][0] & 1 << state)

    def is_sensitive(self):
        return self.has_state(self.SENSITIVE)

    def children(self):
        return [Node(self.bus, name, path) for name, path in self.call('Accessible', 'GetChildren')[0] if not path.endswith('/null')]

    def interfaces(self):
        return [name.rpartition('.')[2] for name in self.call('Accessible', 'GetInterfaces')[0]]

    def extents(self):
        """x, y, width, height in the window; (nullable): not a thing with a place"""
        return self.call('Component', 'GetExtents', GLib.Variant('(u)', (1,)))[0] if 'Component' in self.interfaces() else None

    def press(self):
        return 'Action' in self.interfaces() and self.property('Action', 'NActions') > 0 and \
            self.call('Action', 'DoAction', GLib.Variant('(i)', (0,)))[0]

    def read(self):
        return self.call('Text', 'GetText', GLib.Variant('(ii)', (0, self.property('Text', 'CharacterCount'))))[0]

    def put(self, text):
        return self.call('EditableText', 'SetTextContents', GLib.Variant('(s)', (text,)))[0]


class Desk:
    """One running signet-desktop."""

    def __init__(self, environment, *arguments, pictures=None, words=None):
        self.pictures = Path(pictures) if pictures else None
        self.words = words or {}  # English to another language, without mnemonics: what a test says is looked for in that language
        own = {name: value for name, value in os.environ.items()
               if name in ('DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'GDK_BACKEND', 'GSK_RENDERER', 'GTK_A11Y',
                           'GSETTINGS_BACKEND', 'LIBGL_ALWAYS_SOFTWARE', 'GIO_USE_VFS', 'AT_SPI_BUS_ADDRESS')}
        self.process = subprocess.Popen([PROGRAM, *map(str, arguments)], env={**environment, **own}, stdin=subprocess.DEVNULL)
        self.bus = Bus()
        self.application = self.wait_for(self._application, 'the application on the accessibility bus')

    def _application(self):
        for node in Node(self.bus, 'org.a11y.atspi.Registry', '/org/a11y/atspi/accessible/root').children():
            if self.bus.process(node.owner) == self.process.pid:
                return node
        return None

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # --- looking ---

    def wait_for(self, look, what):
        end = time.monotonic() + PATIENCE
        while True:
            if self.process.poll() is not None:
                raise NotThere(f'signet-desktop ended with {self.process.returncode} while waiting for {what}')
            try:
                found = look()
            except GLib.Error:
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise NotThere(f'not there: {what}\n{self.tree()}')
            time.sleep(STEP)

    def walk(self, node=None):
        """What has been shown: GTK 4.8 does not say which page of a stack is in front, so look for words that are nowhere else."""
        node = node or self.application
        yield node
        for child in node.children():
            extents = None if node is self.application else child.extents()
            if extents is None or (extents[2] > 0 and extents[3] > 0):
                yield from self.walk(child)

    def accepted(self, name):
        """What may stand there for @name in the language of the window."""
        return {self.words.get(name, name)} | getattr(self.words, 'others', {}).get(name, set())

    def matches(self, name, role=None, sensitive=None):
        names = self.accepted(name) if isinstance(name, str) else None
        for node in self.walk():
            text = node.name()
            if not (text in names if names else name(text)):
                continue
            if role and node.role() not in role:
                continue
            if sensitive is not None and node.is_sensitive() != sensitive:
                continue
            yield node

    def find(self, name, role=None, sensitive=None):
        return self.wait_for(lambda: next(self.matches(name, role, sensitive), None), f'{name!r} {role or ""}')

    def find_text(self, *parts):
        """A label that holds all of @parts."""
        parts = [self.words.get(part, part) for part in parts]
        return self.find(lambda text: all(part in text for part in parts))

    def has(self, name, role=None):
        while True:
            try:
                return next(self.matches(name, role), None) is not None
            except GLib.Error:
                time.sleep(STEP)  # something went while it was looked at

    def focused_item(self, other_than=None, role='menu item'):
        """Name and path of the item of a menu, or of a list, that the keyboard is on."""
        for node in self.matches(lambda name: True, (role,), True):
            if node.has_state(Node.FOCUSED) and node.path != other_than:
                return node.name(), node.path
        return None

    def wait_gone(self, name, role=None):
        self.wait_for(lambda: not self.has(name, role), f'the end of {name!r}')

    def tree(self):
        lines = []
        try:
            for node in self.walk():
                name = node.name()
                if name and not name.startswith(('Adw', 'Gtk')):
                    lines.append(f'  [{node.role()}] {name}')
        except GLib.Error as error:
            lines.append(str(error))
        return '\n'.join(lines)

    # --- doing ---

    def click(self, name, role=('button', 'push button', 'toggle button')):
        self.wait_for(lambda: any(node.press() for node in self.matches(name, role, True)), f'a button {name!r}')

    def point(self, name, role=None):
        """Clicks with the mouse: GTK 4.8 offers no action for check boxes and rows. Windows stand in the corner of the display."""
        x, y, width, height = self.find(name, role, True).extents()
        self.bus.click(x + width // 2, y + height // 2)

    def scroll(self, x, y, clicks):
        """Turns the wheel of the mouse down over a place of the display: what is not in view cannot be clicked."""
        for _ in range(clicks):
            self.bus.click(x, y, 5)
        time.sleep(0.3)  # a list comes to rest after the wheel

    def toggle(self, name):
        self.point(name, ('check box', 'checkbox', 'radio button', 'radio'))

    def row(self, name):
        """Activates a row of a list."""
        self.point(name, ('list item', 'table row', 'row'))

    def menu(self, button, item):
        """Chooses from a menu with the keyboard: a popover does not say where it is on the screen."""
        self.point(button)
        self.find(item, ('menu item',), True)
        name, path = self.wait_for(self.focused_item, 'the focus in the menu')
        while name not in self.accepted(item):
            before = path
            self.bus.key(DOWN)
            name, path = self.wait_for(lambda: self.focused_item(other_than=before), 'the next item of the menu')  # pylint: disable=cell-var-from-loop
        self.bus.key(RETURN)

    def choose_below(self, row, steps=1):
        """Opens the list of a row, and takes what stands so many steps below what was chosen."""
        def focused():
            name, at = self.focused_item(path, 'list item') or (None, None)
            return at if name != self.words.get(row, row) else None  # the row itself is in a list, too

        path = None
        self.point(row)
        for _ in range(steps):
            path = self.wait_for(focused, 'the focus in the list')
            self.bus.key(DOWN)
        self.wait_for(focused, 'the next item of the list')
        self.bus.key(RETURN)

    def open_file(self, path):
        """Names a file to the file chooser, which opens its location line at the first slash."""
        def locations():
            for node in self.walk():
                if 'EditableText' in node.interfaces() and node.read().startswith('/'):
                    yield node
        self.find_text('Other Locations')
        self.bus.key(ord('/'))
        self.wait_for(lambda: next(locations(), None), 'the location line of the file chooser').put(str(path))
        self.bus.key(RETURN)

    def fill(self, name, text):
        def put():
            for node in self.matches(name):
                for inner in self.walk(node):
                    if inner.role() in ('text', 'text box', 'password text', 'entry') and 'EditableText' in inner.interfaces():
                        return inner.put(text)
            return None
        self.wait_for(put, f'an entry {name!r}')

    def place(self, name):
        """One of the four places, by the switcher in the header or the one below."""
        self.click(name, ('radio button', 'toggle button', 'push button', 'button', 'page tab', 'tab'))

    def picture(self, name):
        if self.pictures is None:
            return
        time.sleep(0.4)  # a picture is for people: let what moves come to rest
        picture(self.pictures / f'{name}.png')
