# SPDX-License-Identifier: GPL-3.0-or-later
"""keyboard: types as a keyboard does, through the X server (XTEST), so that a program sees nothing but keys."""
import ctypes
import time

SHIFT_L = 0xffe1


class Keyboard:
    def __init__(self):
        self.x11 = ctypes.CDLL('libX11.so.6')
        self.xtest = ctypes.CDLL('libXtst.so.6')
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self.x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        self.x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self.xtest.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self.display = self.x11.XOpenDisplay(None)
        if not self.display:
            raise RuntimeError('no display to type on')

    def close(self):
        self.x11.XCloseDisplay(self.display)

    def _fake(self, symbol, down):
        code = self.x11.XKeysymToKeycode(self.display, symbol)
        if code == 0:
            raise ValueError(f'the keyboard has no key {symbol:#x}')
        self.xtest.XTestFakeKeyEvent(self.display, code, down, 0)

    def press(self, symbol, shift=False, held=None):
        """@held: the symbol of a key that is down meanwhile."""
        held = SHIFT_L if shift else held
        if held:
            self._fake(held, True)
        self._fake(symbol, True)
        self._fake(symbol, False)
        if held:
            self._fake(held, False)
        self.x11.XSync(self.display, 0)

    def type(self, text):
        """Letters of ASCII, digits, and what needs no other key than Shift; at the pace of a quick person."""
        for character in text:
            self.press(ord(character), shift=character.isupper())
            time.sleep(0.02)
