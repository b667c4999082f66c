# SPDX-License-Identifier: GPL-3.0-or-later
# The sample authority of ./dev demo. Everything in it is made up. @PORT@ and @TSA_PORT@ are filled in when its servers run.
[Profile]
Id=sample-ca
Name=Sample CA
Name[zh_CN]=示例认证中心
Plugin=cmp

[Authority]
Sample=true
# whoever else is asked acts on its behalf, and the person is told before
Hosts=127.0.0.1:@PORT@
LicenceNumber=SAMPLE-0001 (made up)
Chain=sample-ca-chain.pem
PolicyOids=1.3.6.1.4.1.99999.1.1=signature

[Permissions]
Hosts=127.0.0.1:@PORT@
KeyTypes=rsa-3072;ec-p256;ec-p384

[Issuance]
Url=http://127.0.0.1:@PORT@/pkix/
Recipient=CN=Sample CA
Subject=CN={name},O={organisation},C=CN

[Services]
TimeStamp=http://127.0.0.1:@TSA_PORT@/

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

[Field reference]
Type=text
Label=Reference number
Label[zh_CN]=参考号
Help=From the letter of the authority. For the sample authority: 1234
Help[zh_CN]=见认证中心的信函。示例认证中心：1234
Required=true

[Field activation-code]
Type=secret
Label=Activation code
Label[zh_CN]=激活码
Help=From the letter of the authority. For the sample authority: signet-demo
Help[zh_CN]=见认证中心的信函。示例认证中心：signet-demo
Required=true

[Disclosure]
Terms=This is a sample authority for trying things out. Its certificates have no legal effect.
Terms[zh_CN]=这是供试用的示例认证中心，其证书不具有法律效力。
Cps=https://sample-ca.example/cps
Fees=None
Fees[zh_CN]=免费
DataUse=Nothing leaves this computer.
DataUse[zh_CN]=任何数据都不会离开本机。
Liability=None
Liability[zh_CN]=无
