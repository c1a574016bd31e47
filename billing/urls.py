from django.urls import path

from billing import views

app_name = "billing"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("transactions/", views.transactions, name="transactions"),
    path("transactions.csv", views.transactions_csv, name="transactions-csv"),
    path("invoices/", views.invoices, name="invoices"),
    path("statements/<str:month>/", views.statement, name="statement"),
    path("costs/", views.costs, name="costs"),
    path("revenue/", views.revenue, name="revenue"),
    path("people/", views.people, name="people"),
    path("credits/", views.credits_add, name="credits-add"),
]
