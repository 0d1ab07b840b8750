"""A number and its code, as a part of serializers. This file is to be copied, with sms_codes.py."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import APIException

from sms_codes import MOBILE, UNAVAILABLE, Refused, SmsServer, Unavailable


class SmsUnavailable(APIException):
    """503, with Retry-After."""

    status_code = 503
    default_detail = UNAVAILABLE["errmsg"]
    default_code = UNAVAILABLE["outcome"]

    def __init__(self, answer):
        super().__init__(answer["errmsg"])
        self.wait = answer.get("retry_after", 1)


class SmsCodeSerializer(serializers.Serializer):
    """Takes `mobile` and `sms_code`, and is valid if they belong together.

    A code is used up with that. So it is looked at when all else is valid: a subclass that has a
    `validate` of its own ends it with `return super().validate(attrs)`.
    """

    mobile = serializers.RegexField(
        rf"\A(?:{MOBILE.pattern})\Z", error_messages={"invalid": "手机号格式不正确"},
    )
    sms_code = serializers.CharField(max_length=10, write_only=True)

    def validate(self, attrs):
        attrs = super().validate(attrs)
        server = SmsServer(settings.SMS_SERVER_URL, settings.SMS_SERVER_TIMEOUT_S)
        try:
            server.check(attrs["mobile"], attrs.pop("sms_code"))
        except Refused as refused:
            raise serializers.ValidationError({"sms_code": refused.complaint}, refused.answer["outcome"])
        except Unavailable as error:
            raise SmsUnavailable(error.answer) from None
        return attrs
