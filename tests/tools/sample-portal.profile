# SPDX-License-Identifier: GPL-3.0-or-later
# The sample portal (tests/servers/PORTAL.md) for plugins/rest. Everything in it is made up. @PORT@ is filled in when its server runs.
[Profile]
Id=sample-portal
Name=Sample Portal CA
Name[zh_CN]=示例门户认证中心
Plugin=rest

[Authority]
Sample=true
# whoever else is asked acts on its behalf, and the person is told before
Hosts=127.0.0.1:@PORT@
LicenceNumber=SAMPLE-0002 (made up)
Chain=sample-portal-chain.pem
PolicyOids=1.3.6.1.4.1.99999.1.1=signature

[Permissions]
Hosts=127.0.0.1:@PORT@
KeyTypes=rsa-3072;ec-p256

[Issuance]
Url=http://127.0.0.1:@PORT@/api/v1/
Subject=CN={name},O={organisation},C=CN
RenewKey=either

[Rest]
CheckAfter=60

[Rest Answer]
Success=/code
SuccessValues=0
Error=/message
ErrorCode=/code
WrongSecretCodes=1001;1002
TryLaterCodes=5000
State=/data/status
IssuedValues=issued
WaitingValues=pending
RejectedValues=refused
Reason=/data/reason
Cookie=/data/id
CheckAfter=/data/retry_after
Certificate=/data/certificate
Chain=/data/chain

[Rest Login]
Path=login
Body={"account": "{field:account}", "login_code": "{secret:login-code}"}
Session=/data/session

[Rest Submit]
Path=applications
Header-Authorization=Bearer {session}
Body={"csr": "{csr:pem}", "agreed_terms": "2026-03", "reference": "{transaction}"}

[Rest Poll]
Method=GET
Path=applications/{cookie}
Header-Authorization=Bearer {session}

[Rest Accept]
Path=applications/{cookie}/confirm
Header-Authorization=Bearer {session}

[Rest Renew]
Path=certificates/{serial}/renew
Header-Authorization=Bearer {session}
Body={"csr": "{csr:pem}"}

[Rest Revoke]
Path=certificates/{serial}/revoke
Header-Authorization=Bearer {session}
Body={"reason": "{reason}"}
DoneValues=revoked

[Rest Suspend]
Path=certificates/{serial}/suspend
Header-Authorization=Bearer {session}
DoneValues=suspended

[Rest Resume]
Path=certificates/{serial}/resume
Header-Authorization=Bearer {session}
DoneValues=good

[Rest Status]
Method=GET
Path=certificates/{serial}
Header-Authorization=Bearer {session}
GoodValues=good
RevokedValues=revoked
SuspendedValues=suspended

[Rest Terms]
Method=GET
Path=terms
Terms=/data/terms
Cps=/data/cps
Fees=/data/fees
DataUse=/data/data_use
Liability=/data/liability

[Rest Chain]
Method=GET
Path=chain
Chain=/data/certificates

[Field name]
Type=text
Label=Name as in your identity document
Label[zh_CN]=姓名（与身份证件一致）
Required=true

[Field organisation]
Type=text
Label=Organisation
Label[zh_CN]=单位

[Field account]
Type=text
Label=Account
Label[zh_CN]=账号
Required=true

[Field login-code]
Type=secret
Label=Login code
Label[zh_CN]=登录码
Required=true

[Disclosure]
Terms=This is a sample authority for trying things out. Its certificates have no legal effect.
Terms[zh_CN]=这是供试用的示例认证中心，其证书不具有法律效力。
