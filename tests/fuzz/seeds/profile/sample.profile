[Profile]
Id=sample-ca
Name=Sample CA
Name[zh_CN]=示例认证中心
Plugin=cmp
[Authority]
Sample=true
LicenceNumber=SAMPLE-0001 (made up)
PolicyOids=1.3.6.1.4.1.99999.1.1=signature;1.2=seal
[Permissions]
Hosts=127.0.0.1:8829
KeyTypes=rsa-3072;ec-p256
[Disclosure]
Terms=Terms
