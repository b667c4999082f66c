#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-interface.py: makes both ends of org.signet.TokenHost.xml, as C.

  make-interface.py calls    FILE.xml OUT.h OUT.c     what the core calls
  make-interface.py handlers FILE.xml OUT.h OUT.c     what the token host answers

A method has the number of its place in the file. "ah" is no argument in a message: these are descriptors, which travel beside it.
HASH tells both ends whether they were made from the same file.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
import zlib

C_TYPES = {'s': 'const char *', 'u': 'guint ', 't': 'guint64 ', 'i': 'int ', 'b': 'gboolean '}
OUT_TYPES = {'s': 'char **', 'u': 'guint *', 't': 'guint64 *', 'i': 'int *', 'b': 'gboolean *'}
DESCRIPTORS = 'ah'


class Argument:
    def __init__(self, element):
        self.name = element.get('name').replace('-', '_')
        self.type = element.get('type')
        self.goes_in = element.get('direction') == 'in'

    def format(self, borrow):
        """As g_variant_new() and g_variant_get() have it."""
        if self.type == 's' and borrow:
            return '&s'
        return self.type if self.type in C_TYPES else '@' + self.type

    def is_in_message(self):
        return self.type != DESCRIPTORS


class Method:
    def __init__(self, element, number):
        self.name = element.get('name')
        self.number = number
        self.word = re.sub(r'(?<!^)(?=[A-Z])', '_', self.name).lower()
        arguments = [Argument(argument) for argument in element.findall('arg')]
        self.all_ins = [argument for argument in arguments if argument.goes_in]
        self.ins = [argument for argument in self.all_ins if argument.is_in_message()]
        self.outs = [argument for argument in arguments if not argument.goes_in]

    def has_descriptors(self):
        return len(self.ins) < len(self.all_ins)

    @staticmethod
    def type_of(arguments):
        return '(' + ''.join(argument.type for argument in arguments) + ')'

    @staticmethod
    def format_of(arguments, borrow=False):
        return '(' + ''.join(argument.format(borrow) for argument in arguments) + ')'


def read(path):
    text = open(path, encoding='utf-8').read()
    interface = ElementTree.fromstring(text).find('interface')
    methods = [Method(element, number) for number, element in enumerate(interface.findall('method'))]
    shape = ';'.join(f'{method.name}{method.type_of(method.all_ins)}{method.type_of(method.outs)}' for method in methods)
    return methods, zlib.crc32(shape.encode()) & 0xffff


def numbers(methods, sum_of_shape):
    lines = ['/* What both ends say first, so that they know they were made from the same file */',
             f'#define SIGNET_TOKEN_HOST_HASH 0x{sum_of_shape:04x}', '', 'enum {']
    lines += [f'  SIGNET_TOKEN_HOST_{method.word.upper()} = {method.number},' for method in methods]
    return lines + [f'  SIGNET_TOKEN_HOST_N_METHODS = {len(methods)},', '};', '']


# --- what the core calls --------------------------------------------------------------------------------------------------

def call_prototype(method):
    parts = ['SignetTokenHost *host']
    for argument in method.all_ins:
        if not argument.is_in_message():
            parts.append(f'GUnixFDList *{argument.name}')
        else:
            parts.append(C_TYPES.get(argument.type, 'GVariant *') + argument.name)
    parts.append('int milliseconds')
    parts += [OUT_TYPES.get(argument.type, 'GVariant **') + argument.name for argument in method.outs]
    parts += ['GCancellable *cancellable', 'GError **error']
    return f'gboolean\nsignet_token_host_call_{method.word}_sync ({", ".join(parts)})'


def call_body(method):
    names = ''.join(f', {argument.name}' for argument in method.ins)
    fds = next((argument.name for argument in method.all_ins if not argument.is_in_message()), 'NULL')
    outs = ''.join(f', {argument.name}' for argument in method.outs)
    lines = [call_prototype(method), '{',
             f'  GVariant *answer = _signet_token_wire_call (host, SIGNET_TOKEN_HOST_{method.word.upper()}, "{method.name}",',
             f'                                              g_variant_new ("{method.format_of(method.ins)}"{names}),',
             f'                                              G_VARIANT_TYPE ("{method.type_of(method.outs)}"), {fds}, milliseconds,',
             '                                              cancellable, error);', '',
             '  if (answer == NULL)', '    return FALSE;']
    if method.outs:
        lines.append(f'  g_variant_get (answer, "{method.format_of(method.outs)}"{outs});')
    return lines + ['  g_variant_unref (answer);', '  return TRUE;', '}', '']


def make_calls(methods, sum_of_shape, header_name):
    header = ['#pragma once', '', '#include <gio/gio.h>', '#include <gio/gunixfdlist.h>', '',
              '#include "signet-token-wire.h"', '', 'G_BEGIN_DECLS', '']
    header += numbers(methods, sum_of_shape)
    for method in methods:
        header.append(call_prototype(method).replace('\n', ' ') + ';')
    source = [f'#include "{header_name}"', '']
    for method in methods:
        source += call_body(method)
    return header + ['', 'G_END_DECLS'], source


# --- what the token host answers ---------------------------------------------------------------------------------------------

def handler_type(method):
    parts = ['HostCall *call']
    parts += [C_TYPES.get(argument.type, 'GVariant *') + argument.name for argument in method.ins]
    return ', '.join(parts + ['HostService *service'])


def complete_prototype(method):
    parts = ['HostCall *call'] + [C_TYPES.get(argument.type, 'GVariant *') + argument.name for argument in method.outs]
    return f'void\nhost_complete_{method.word} ({", ".join(parts)})'


def dispatch_case(method):
    names = [argument.name for argument in method.ins]
    lines = [f'    case SIGNET_TOKEN_HOST_{method.word.upper()}:', '      {']
    for argument in method.ins:
        ctype = C_TYPES.get(argument.type, 'g_autoptr (GVariant) ')
        lines.append(f'        {ctype}{argument.name} = {"0" if argument.type in "utib" else "NULL"};')
    if names:
        places = ''.join(f', &{name}' for name in names)
        lines += ['', f'        g_variant_get (arguments, "{method.format_of(method.ins, borrow=True)}"{places});']
    given = ''.join(f', {name}' for name in names)
    return lines + [f'        handlers->{method.word} (call{given}, service);', '        return;', '      }']


def make_handlers(methods, sum_of_shape, header_name):
    header = ['#pragma once', '', '#include <glib.h>', '', 'G_BEGIN_DECLS', '', 'typedef struct _HostCall HostCall;',
              'typedef struct _HostService HostService;', '']
    header += numbers(methods, sum_of_shape)
    header += ['/* Each answers its call, now or later, and returns TRUE. */', 'typedef struct {']
    header += [f'  gboolean (*{method.word}) ({handler_type(method)});' for method in methods]
    header += ['} HostHandlers;', '', '/* (nullable): the type of the arguments; NULL: there is no such method */',
               'const GVariantType *host_interface_get_type (guint number);',
               'void host_interface_dispatch (const HostHandlers *handlers, guint number, GVariant *arguments, HostCall *call, HostService *service);',
               '']
    header += [complete_prototype(method).replace('\n', ' ') + ';' for method in methods]
    source = [f'#include "{header_name}"', '', '#include "signet-host-wire.h"', '', 'static const char *const types[] = {']
    source += [f'  "{method.type_of(method.ins)}",' for method in methods]
    source += ['};', '', 'const GVariantType *', 'host_interface_get_type (guint number)', '{',
               '  return number < G_N_ELEMENTS (types) ? G_VARIANT_TYPE (types[number]) : NULL;', '}', '']
    for method in methods:
        names = ''.join(f', {argument.name}' for argument in method.outs)
        source += [complete_prototype(method), '{',
                   f'  host_call_return (call, g_variant_new ("{method.format_of(method.outs)}"{names}));', '}', '']
    source += ['void', 'host_interface_dispatch (const HostHandlers *handlers, guint number, GVariant *arguments, HostCall *call, '
               'HostService *service)', '{', '  switch (number)', '    {']
    for method in methods:
        source += dispatch_case(method)
    return header + ['', 'G_END_DECLS'], source + ['    default:', '      g_assert_not_reached ();', '    }', '}']


def write(path, lines):
    with open(path, 'w', encoding='utf-8') as out:
        out.write('/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* Made by app/token-host/make-interface.py; not to be edited. */\n')
        out.write('\n'.join(lines) + '\n')


def main():
    if len(sys.argv) != 5 or sys.argv[1] not in ('calls', 'handlers'):
        sys.exit(__doc__)
    methods, sum_of_shape = read(sys.argv[2])
    make = make_calls if sys.argv[1] == 'calls' else make_handlers
    header, source = make(methods, sum_of_shape, sys.argv[3].rsplit('/', 1)[-1])
    write(sys.argv[3], header)
    write(sys.argv[4], source)


main()
