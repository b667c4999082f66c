[Profile]
Id=x
Name=X
Plugin=cmp
[Authority]
PolicyOids==;=;1=;=x;9999999999.1=a=b
