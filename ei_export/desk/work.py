from flask import Blueprint

PAGE = Blueprint("work", __name__, url_prefix="/werk")
