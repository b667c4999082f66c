# SPDX-License-Identifier: GPL-3.0-or-later
"""screenshots: one round through the window for pictures, also in Chinese: what is looked for by its English words is looked up in the
catalogue that was built.
"""
import gettext
import os
import shutil
import sys
from pathlib import Path

SOURCE = Path(os.environ['SIGNET_SOURCE_ROOT'])
sys.path[:0] = [str(SOURCE / 'tests/desktop'), str(SOURCE / 'tests/end-to-end')]
from desk import ESCAPE, Desk, NotThere  # noqa: E402  pylint: disable=wrong-import-position
from world import World, sample_pdf  # noqa: E402  pylint: disable=wrong-import-position

REAL = Path('/usr/share/doc/shared-mime-info/shared-mime-info-spec.pdf')
HOSTILE_LABEL = '<b>مرحبا&\u202e</b>印信'  # as many bytes as a token takes
HOSTILE = 'مرحبا <b>& a very long name of a document that goes on and on \u202efdp.exe 样例采购合同-2026-第3版.pdf'


ONLY = os.environ.get('SIGNET_ONLY', '').split()  # names of pictures; empty: all


def settings(world, look):
    """The look of most desktops; GTK reads it from the person's own folder."""
    folder = Path(world.environment['XDG_CONFIG_HOME']) / 'gtk-4.0'
    folder.mkdir(parents=True, exist_ok=True)
    size = 22 if look == 'large' else 11
    (folder / 'settings.ini').write_text(f'[Settings]\ngtk-font-name=Cantarell {size}\ngtk-decoration-layout=:close\n'
                                         'gtk-xft-antialias=1\n', encoding='utf-8')
    if look == 'dark':
        world.environment['ADW_DEBUG_COLOR_SCHEME'] = 'prefer-dark'
    if look == 'zh':
        world.environment.update(LC_ALL=os.environ.get('SIGNET_CHINESE', 'C.UTF-8'), LANGUAGE='zh_CN')
        if 'LOCPATH' in os.environ:
            world.environment['LOCPATH'] = os.environ['LOCPATH']


class Words(dict):
    """English words without mnemonics to Chinese ones. With and without a mnemonic a word is another text, with other Chinese: each is accepted."""

    def __init__(self, texts):
        super().__init__()
        self.others = {}
        for english, word in texts.items():
            if not isinstance(english, str):
                continue
            plain, word = english.replace('_', ''), word.replace('_', '')
            self.others.setdefault(plain, set()).add(word)
            if plain == english or plain not in self:
                self[plain] = word


def chinese():
    """The words of the catalogue that was built."""
    catalogue = Path(os.environ['SIGNET_BUILD_ROOT']) / 'po/zh_CN/LC_MESSAGES/signet.mo'
    with open(catalogue, 'rb') as file:
        texts = gettext.GNUTranslations(file)._catalog  # pylint: disable=protected-access
    return Words(texts)


def tokens(desk):
    """What a person does with tokens: each view once."""
    def choose(item):
        desk.menu('Actions for This Token', item)

    def leave(title):
        desk.bus.key(ESCAPE)
        desk.wait_gone(title)
    desk.place('Certificates')
    desk.find(lambda text: text.startswith('Li Na (sample), '))
    desk.picture('tokens')
    desk.row(lambda text: text.startswith('Li Na (sample), '))
    desk.find('Who Can Use the Key')
    desk.picture('token-details')
    desk.click('Delete Key…')
    desk.find('Delete the Key and Its Certificate?')
    desk.picture('token-delete-key')
    leave('Delete the Key and Its Certificate?')
    leave('Who Can Use the Key')
    choose('Erase and Set Up…')
    desk.find('New name')
    desk.picture('token-erase')
    leave('New name')
    choose('Unblock…')
    desk.find('Security officer’s PIN (SO PIN)')
    desk.picture('token-unblock')
    leave('Security officer’s PIN (SO PIN)')
    choose('Check This Token…')
    desk.find('Layer by Layer')
    desk.picture('token-doctor')
    leave('Layer by Layer')
    desk.menu('Main Menu', 'Preferences')
    desk.find('Ask for the PIN again')
    desk.picture('preferences')
    leave('Ask for the PIN again')


def main(name):
    look = os.environ.get('SIGNET_LOOK', '')
    pictures = Path(os.environ['SIGNET_PICTURES']) / name
    world = World('rsa-3072')
    settings(world, look)
    if name != 'light':  # those are for the documents
        world.signet('token', 'init', '--software', '--label', HOSTILE_LABEL, '--pin-file', world.pin)
    words = chinese() if look == 'zh' else None
    document = world.folder / 'Service agreement (sample).pdf'
    if REAL.exists():
        shutil.copy(REAL, document)
    else:
        sample_pdf(document)
    hostile = Path(shutil.copy(document, world.folder / HOSTILE))
    signed, changed = world.folder / 'signed (sample).pdf', world.folder / 'changed (sample).pdf'
    world.signet('sign', '--pin-file', world.pin, '-o', signed, document)
    changed.write_bytes(signed.read_bytes().replace(b'/Title', b'/Ti7le', 1) if b'/Title' in signed.read_bytes()
                        else signed.read_bytes()[:900] + b'X' + signed.read_bytes()[901:])

    def show(picture, *arguments, ready=None, then=None):
        if ONLY and picture not in ONLY:
            return
        desk = Desk(world.environment, *arguments, pictures=pictures, words=words)
        try:
            if ready is not None:
                desk.find(*ready)
            else:
                desk.wait_for(lambda: len(list(desk.walk())) > 60, 'a full window')
            desk.picture(picture)
            if then is not None:
                then(desk)
        except NotThere as error:
            print(f'{name}/{picture}: {error}', file=sys.stderr)
            desk.picture(f'{picture}-not-ready')
        finally:
            desk.close()

    def places(desk):
        for place in ('Verify', 'Certificates', 'Authorities'):
            desk.place(place)
            desk.picture(f'place-{place.lower()}')

    show('start', ready=('Sample token',), then=places)
    show('start-tokens', ready=('Sample token',), then=tokens)
    show('document', document, ready=('Sign…', None, True))
    show('document-hostile', hostile, ready=('Before You Sign',))
    show('verify-good', '--verify', signed, ready=('Whole document',))
    show('verify-changed', '--verify', changed, ready=('May It Be Relied On?',))
    show('verify-not-signed', '--verify', document, ready=('No signature',))
    world.close()


if __name__ == '__main__':
    main(sys.argv[1])
