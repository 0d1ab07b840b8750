from django.urls import path

from . import views

urlpatterns = [
    path("image_codes/<str:uuid>/", views.image_code),
    path("sms_codes/<str:mobile>/", views.sms_code),
    path("sms-code.js", views.component, name="component"),
]
