# SPDX-License-Identifier: GPL-3.0-or-later
# An authority run with `cfssl serve`, for plugins/rest: authsign wants an HMAC over the request inside its envelope. Made up for the tests.
[Profile]
Id=sample-cfssl
Name=Sample cfssl CA
Name[zh_CN]=示例 cfssl 认证中心
Plugin=rest

[Authority]
Sample=true
# whoever else is asked acts on its behalf, and the person is told before
Hosts=127.0.0.1:@PORT@
Chain=sample-cfssl-chain.pem

[Permissions]
Hosts=127.0.0.1:@PORT@
KeyTypes=rsa-3072;ec-p256

[Issuance]
Url=http://127.0.0.1:@PORT@/api/v1/cfssl/
Subject=CN={name}

[Rest]
HmacKey=hex
HmacAs=base64

[Rest Answer]
Success=/success
Error=/errors/0/message
# the code is 400 whatever is wrong; only the message tells a wrong key
ErrorCode=/errors/0/message
WrongSecretCodes=invalid token

[Rest Submit]
Path=authsign
Body={"certificate_request": "{csr:pem}", "profile": "signature"}
Envelope={"token": "{hmac:hmac-key}", "request": "{body:base64}"}
Certificate=/result/certificate

[Rest Chain]
Path=info
Body={"label": ""}
Chain=/result/certificate

[Field name]
Type=text
Label=Name
Label[zh_CN]=姓名
Required=true

[Field hmac-key]
Type=secret
Label=Key of the registration office (hexadecimal)
Label[zh_CN]=受理点密钥（十六进制）
Required=true
