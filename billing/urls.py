from django.urls import path

from billing.views import costs, credits, overview, people, revenue, statements, transactions

app_name = "billing"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("transactions/", transactions.transactions, name="transactions"),
    path("transactions.csv", transactions.transactions_csv, name="transactions-csv"),
    path("invoices/", statements.invoices, name="invoices"),
    path("statements/<str:month>/", statements.statement, name="statement"),
    path("costs/", costs.costs, name="costs"),
    path("revenue/", revenue.revenue, name="revenue"),
    path("people/", people.people, name="people"),
    path("credits/", credits.credits_add, name="credits-add"),
]
