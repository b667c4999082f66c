# SPDX-License-Identifier: GPL-3.0-or-later
# A profile of an authority with a SCEP server, to begin from. What is said here of an authority is made up; docs/scep-profile.md explains each key.
[Profile]
Id=example-scep
Name=Example authority (SCEP)
Name[zh_CN]=示例认证中心（SCEP）
Plugin=scep

[Authority]
Sample=true
# its own servers: whoever else is asked acts on its behalf, and the person is told before
Hosts=ra.example:80
Chain=example-chain.pem

[Permissions]
Hosts=ra.example:80
KeyTypes=rsa-3072;ec-p256

[Issuance]
Url=http://ra.example/scep
Subject=CN={name},O={organisation},C=CN
Capabilities=SCEPStandard;Renewal
RenewKey=either

[Field name]
Type=text
Label=Name as in your identity document
Label[zh_CN]=姓名（与身份证件一致）
Required=true

[Field organisation]
Type=text
Label=Organisation
Label[zh_CN]=单位
Required=true

[Field challenge]
Type=secret
Label=One-time password
Label[zh_CN]=一次性密码
Help=From the letter of the authority
Help[zh_CN]=见认证中心的信函
Required=true

[Disclosure]
Terms=http://ra.example/terms
