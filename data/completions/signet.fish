# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for signet(1). Commands and options come from --help, so that they cannot fall behind.

function __signet_help
    LC_ALL=C.UTF-8 command signet $argv --help 2>/dev/null
end

function __signet_words
    commandline -opc | string match -v -- '-*'
end

function __signet_first
    __signet_help | string replace -rf '^  ([a-z]+)(?: [a-z-]+)? +[A-Z].*$' '$1' | sort -u
end

function __signet_second
    set -l group (__signet_words)[2]
    __signet_help | string replace -rf "^  $group ([a-z-]+) +([A-Z].*)\$" '$1\t$2'
end

function __signet_options
    set -l called (__signet_words)[2..-1]
    switch "$called[1]"
        case sign verify extend
            set called $called[1]
        case '*'
            set called $called[1..(math min 2,(count $called))]
    end
    __signet_help $called | string replace -rf '^ +(?:-., )?(--[a-z-]+)(?: [A-Z|0-9=]+)? +(.*)$' '$1\t$2'
end

function __signet_value_of
    contains -- (commandline -opc)[-1] $argv
end

complete -c signet -n '__signet_value_of --format' -f -a 'pades cades xades asice asics asice-cades asics-cades'
complete -c signet -n '__signet_value_of --packaging' -f -a 'enveloped enveloping detached'
complete -c signet -n '__signet_value_of --level' -f -a 'b t lt lta'
complete -c signet -n '__signet_value_of --certify' -f -a '1 2 3'
complete -c signet -n '__signet_value_of --key --new-key' -f -a 'rsa-3072 rsa-4096 ec-p256 ec-p384'
complete -c signet -n '__signet_value_of --authority' -f -a '(command signet authority list 2>/dev/null | string split -f1 " ")'
complete -c signet -n '__signet_value_of --output-dir' -f -a '(__fish_complete_directories)'
complete -c signet -n 'test (count (__signet_words)) -eq 1' -f -a '(__signet_first) help --version'
complete -c signet -n 'test (count (__signet_words)) -eq 2; and not contains -- (__signet_words)[2] sign verify extend' -f -a '(__signet_second)'
complete -c signet -n 'test (count (__signet_words)) -ge 2; and string match -q -- "-*" (commandline -ct)' -f -a '(__signet_options)'
