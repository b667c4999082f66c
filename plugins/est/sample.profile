# SPDX-License-Identifier: GPL-3.0-or-later
# A profile of an authority with an EST server, to begin from. What is said here of an authority is made up; docs/est-profile.md explains each key.
[Profile]
Id=example-est
Name=Example authority (EST)
Name[zh_CN]=示例认证中心（EST）
Plugin=est

[Authority]
Sample=true
# its own servers: whoever else is asked acts on its behalf, and the person is told before
Hosts=ra.example:443
Chain=example-chain.pem

[Permissions]
Hosts=ra.example:443
KeyTypes=ec-p256;ec-p384;rsa-3072

[Issuance]
Url=https://ra.example
Subject=CN={name},O={organisation},C=CN
RenewKey=either

[Services]
TlsAnchors=example-chain.pem

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

[Field user]
Type=text
Label=User name
Label[zh_CN]=用户名
Help=From the letter of the authority
Help[zh_CN]=见认证中心的信函
Required=true

[Field password]
Type=secret
Label=Password
Label[zh_CN]=密码
Required=true

[Disclosure]
Terms=https://ra.example/terms
