from flask import Blueprint

PAGE = Blueprint("figures", __name__, url_prefix="/cijfers")
