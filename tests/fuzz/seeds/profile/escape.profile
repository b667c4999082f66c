[Profile]
Id=x
Name=\n\t\x
Plugin=cmp
[Authority]
Chain=../../etc/passwd
