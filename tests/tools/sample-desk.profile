# SPDX-License-Identifier: GPL-3.0-or-later
# The sample desk (tests/servers/signet-test-desk.c) for the tests of requests. Everything in it is made up. @PORT@ is filled in.
[Profile]
Id=sample-desk
Name=Sample Desk CA
Name[zh_CN]=示例受理点认证中心
Plugin=desk

[Authority]
Sample=true
# whoever else is asked acts on its behalf, and the person is told before
Hosts=127.0.0.1:@PORT@
Chain=sample-desk-chain.pem
PolicyOids=1.3.6.1.4.1.99999.1.1=signature

[Permissions]
Hosts=127.0.0.1:@PORT@
KeyTypes=rsa-3072;rsa-2048;ec-p256

[Issuance]
Url=http://127.0.0.1:@PORT@/
Subject=CN={name},O={organisation},C=CN
RenewKey=either
Validity=365

[Field name]
Type=text
Label=Name (sample)
Required=true
