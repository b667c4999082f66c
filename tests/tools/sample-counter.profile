# SPDX-License-Identifier: GPL-3.0-or-later
# An authority with a counter, for plugins/pkcs10: the request is carried there as a file. Made up for the tests.
[Profile]
Id=sample-counter
Name=Sample Counter CA
Name[zh_CN]=示例柜台认证中心
Plugin=pkcs10

[Authority]
Sample=true
Chain=sample-counter-chain.pem
PolicyOids=1.3.6.1.4.1.99999.1.1=signature

[Permissions]
KeyTypes=rsa-3072;ec-p256

[Issuance]
Subject=CN={name},O={organisation}
Format=pem
Instructions=Bring the request and your identity document to the counter, 1 Sample Street. (sample)
Instructions[zh_CN]=请携带申请文件与身份证件到示例路 1 号柜台办理。（示例）

[Field name]
Type=text
Label=Name as in your identity document
Label[zh_CN]=姓名（与身份证件一致）
Required=true

[Field organisation]
Type=text
Label=Organisation
Label[zh_CN]=单位

[Disclosure]
Terms=This is a sample authority for trying things out. Its certificates have no legal effect.
Terms[zh_CN]=这是供试用的示例认证中心，其证书不具有法律效力。
