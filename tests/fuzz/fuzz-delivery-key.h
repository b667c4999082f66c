/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-delivery-key.h: the transport key of the seeds, made by seeds/make-delivery.sh. It protects nothing. */
#pragma once

#define FUZZ_DELIVERY_KEY \
  "-----BEGIN PRIVATE KEY-----\n" \
  "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCzM5DEKklrWedw\n" \
  "Clsoi9/aWqGkYtLf84QVk0V5kLICbxvapJXQ2uh14CSbizGAaQRkWL2hBkGr6nGG\n" \
  "tYzyScMES7x5l636s1Yd+9OYqIN4cTmeG4+WyRUvQPlNDP/UBCWSFYYZtOVXis+k\n" \
  "Z9pzjMKg+f1Jxf47RxCaNjmJjNOq/OXpvWbPLftq03TfsRH0YusJyy+9o90yzUli\n" \
  "unU5hKOQUcbfh7xhPW8os1FbR3pKSl5WyVgqAj8qgUrGlGJeb7FDpY6slhfkSbFc\n" \
  "k9z+R5RMGJrAIHpvhpyRQup20leogvqyRYU7VD+qpiqlhy6DWo3Uk0UoEwqZey9S\n" \
  "fQ85ZTVNAgMBAAECggEADmmsUAqyov61HY7HrCgr1e0KKSWFnluAmReiM9fOaWG0\n" \
  "VM59+jFRFwHzD8uPLKvFnaiBf+z35TLS9Kmvb2E9XSAWRZVMeehombrCVvnesRYy\n" \
  "MyQ2VUNQ/97y7h6IiO3Yc7plcbXZ6EOS1b9Ak6CTmszgcUmKXAwoKq8Hy6dW8t6H\n" \
  "vvybW12J/duFsZ90m8N3UUzSOde5Eivft+9+OtaqsYf643CznGGlwKJSHxgyteIO\n" \
  "AuAUHK0QyOKaRrXw+fvqfZi+KYDBg7+M7gJpAWhPwNrYkDZybTNKN77HDTNneaOp\n" \
  "cvT6Db5mgnaSX8wm+aRWG+ByTsgJNI7+nVg0HbeIwQKBgQDjlrFbENQxn7ZqXtUt\n" \
  "MNijbbHeDtlvzOyqfelXD93ETmvmL41m7tfTGk6fytBSMnXJLuz/a8op7VoiRJXa\n" \
  "MKTti0GeNw2JfIhla/2hZ3B43xInn/MVUNR3GmaEdvhU9kliuebx74I/XPn6/iB5\n" \
  "3H9tPdHjecHXrkoJQVgpcctVMQKBgQDJkoH//dVskqcj/ot0UbGqBOavoQAAatWB\n" \
  "CLK02hpjf1oUZDt14tGFNzwzOEBI308fuPn5OPDcRXzfTRfysPp7xEcy769cZ5sv\n" \
  "yrx0bBXZRMg22bSHFfesxaNK8sPIRGgqa40aR3nKQRbyGc0MeNjnwSDCaqVRlaeY\n" \
  "xGqFbOTK3QKBgQCGpycCAT/6qEsuPjOUjDzw3LsK7fA6FJ3F9b80EqAcQGXYiDP6\n" \
  "PcAWF4+DPWTp7Q8BXDE+ohC3o8XbVobu1C8QmH7XVC0/Nh4hG7axY1kJOrosFZel\n" \
  "+e/rFASpxRYCdsFOlz0L0bBXOvRwSyD92LbP9G6VTvmgWW9WcIHv63LpUQKBgQDF\n" \
  "2DQa08TYNTUyIhQ0jj6oVvkpZwf+YN3AMY5d7ji6cfQzUZH/CiqF64n95/dIz031\n" \
  "H/TSxi26tcVz01JvFYA1XJhZiWIAe3yZMw834iKrx1QQaixD7q7TeITm+lJpzaLE\n" \
  "CB5Nrdv/RVXFOMfGtxKGnkuOJ2iuJAqE6jx3S0NhTQKBgCFXqJPhQxMskFfOB4TY\n" \
  "Yip73xI9NLKGnMXyNphAL11gXkQTunkax4Pcw33prtuwqQZKiRsy3BVsHCNRCQEI\n" \
  "MwFmCUk47/gkR7vPHFJ+6traD+8b627/eHg0ESQ0yxNV0BwNczzkttSND/wZNMPq\n" \
  "KBHMo2UAuHrn+qBOm176lfKw\n" \
  "-----END PRIVATE KEY-----\n"
