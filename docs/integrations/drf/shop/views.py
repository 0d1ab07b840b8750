"""Who registers gives a number, and the code that was sent to it."""

from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.generics import CreateAPIView
from rest_framework.throttling import ScopedRateThrottle

from sms_code_serializer import SmsCodeSerializer


class RegistrationSerializer(SmsCodeSerializer):
    def validate_mobile(self, mobile):
        if User.objects.filter(username=mobile).exists():
            raise serializers.ValidationError("手机号已注册")
        return mobile

    def create(self, validated_data):
        return User.objects.create_user(validated_data["mobile"])

    def to_representation(self, user):
        return {"mobile": user.username}


class Registration(CreateAPIView):
    serializer_class = RegistrationSerializer
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "register"
