# SPDX-License-Identifier: GPL-3.0-or-later
# certmonger's CA on this computer, for plugins/certmonger. Made up for the tests.
[Profile]
Id=sample-helper
Name=Sample Helper CA
Name[zh_CN]=示例辅助程序认证中心
Plugin=certmonger

[Authority]
Sample=true
Chain=sample-helper-chain.pem

[Permissions]
KeyTypes=rsa-3072;ec-p256

[Issuance]
Helper=local-submit
Arguments=-d;{state}
Subject=CN={name}

[Field name]
Type=text
Label=Name
Label[zh_CN]=姓名
Required=true
