# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for signet(1). Commands and options come from --help, so that they cannot fall behind.

_signet_help ()
{
    LC_ALL=C.UTF-8 command signet "$@" --help 2>/dev/null
}

# first words, or second words of a group
_signet_commands ()
{
    _signet_help | command sed -n 's/^  \([a-z]*\( [a-z-]*\)\{0,1\}\)  *[A-Z].*/\1/p' |
        if [ -n "${1:-}" ]; then command sed -n "s/^$1 //p"; else command sed 's/ .*//' | command sort -u; fi
}

_signet ()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local group=${COMP_WORDS[1]:-} name=${COMP_WORDS[2]:-} command=()
    COMPREPLY=()

    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_signet_commands) help --help --version" -- "$current")
        return
    fi
    case $group in
    sign | verify | extend) command=("$group") ;;
    help) mapfile -t COMPREPLY < <(compgen -W "$(_signet_commands "${COMP_WORDS[2]:+$name}")" -- "$current"); return ;;
    *)  if [ "$COMP_CWORD" -eq 2 ]; then
            mapfile -t COMPREPLY < <(compgen -W "$(_signet_commands "$group") --help" -- "$current")
            return
        fi
        command=("$group" "$name") ;;
    esac

    case $previous in
    --format) mapfile -t COMPREPLY < <(compgen -W 'pades cades xades asice asics asice-cades asics-cades' -- "$current"); return ;;
    --packaging) mapfile -t COMPREPLY < <(compgen -W 'enveloped enveloping detached' -- "$current"); return ;;
    --level) mapfile -t COMPREPLY < <(compgen -W 'b t lt lta' -- "$current"); return ;;
    --certify) mapfile -t COMPREPLY < <(compgen -W '1 2 3' -- "$current"); return ;;
    --key | --new-key) mapfile -t COMPREPLY < <(compgen -W 'rsa-3072 rsa-4096 ec-p256 ec-p384' -- "$current"); return ;;
    --authority) mapfile -t COMPREPLY < <(compgen -W "$(command signet authority list 2>/dev/null | command cut -d' ' -f1)" -- "$current"); return ;;
    --output-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --reason | --location | --field | --tsa | --at | --label | --wait | --token | --certificate | --replace | --pin-fd | --most) return ;;
    esac

    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_signet_help "${command[@]}" | command grep -o -- '^ *\(-., \)\{0,1\}--[a-z-]*' |
            command grep -o -- '--[a-z-]*')" -- "$current")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _signet signet
