from django.urls import include, path

from users.views import Registration
from verifications.checks import check_in_redis, check_with_service

urlpatterns = [
    path("", include("verifications.urls")),
    path("register/", Registration.as_view(check=check_with_service)),
    path("register_as_before/", Registration.as_view(check=check_in_redis)),
]
