from flask import Blueprint

PAGE = Blueprint("setup", __name__, url_prefix="/inrichting")
