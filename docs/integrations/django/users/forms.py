from django import forms
from django.contrib.auth.models import User
from django.core.validators import RegexValidator

from sms_codes import MOBILE, Refused

# The whole text, and nothing after it.
is_mobile = RegexValidator(rf"\A(?:{MOBILE.pattern})\Z", "手机号格式不正确")


class RegistrationForm(forms.Form):
    mobile = forms.CharField(max_length=16, validators=[is_mobile])
    sms_code = forms.CharField(max_length=10)

    def __init__(self, *arguments, check, **named):
        super().__init__(*arguments, **named)
        self.check = check

    def clean_mobile(self):
        mobile = self.cleaned_data["mobile"]
        if User.objects.filter(username=mobile).exists():
            raise forms.ValidationError("手机号已注册")
        return mobile

    def clean(self):
        cleaned = super().clean()
        # A code counts once: it is not used up for a form that is wrong anyway.
        if self.errors:
            return cleaned
        try:
            self.check(cleaned["mobile"], cleaned["sms_code"])
        except Refused as refused:
            self.add_error("sms_code", refused.complaint)
        return cleaned
