"""The forms in which people have the benchmarks, for `drawn_layouts.py`."""

_SNOW_TESTS = """
[test_s]
{root}Snow100K-S/synthetic/city_01110.jpg | {root}Snow100K-S/gt/city_01110.jpg
[test_m]
{root}Snow100K-M/synthetic/lake_02110.jpg | {root}Snow100K-M/gt/lake_02110.jpg
[test_l]
{root}Snow100K-L/synthetic/hill_00003.jpg | {root}Snow100K-L/gt/hill_00003.jpg
{root}Snow100K-L/synthetic/hill_00021.jpg | {root}Snow100K-L/gt/hill_00021.jpg
[realistic]
realistic/winter_street_00007.jpg
realistic/winter_street_00011.jpg
"""

_OUTDOOR_RAIN = """
[train]
{train}in/im_0001_s80_a04.png | {train}gt/im_0001.png
{train}in/im_0001_s100_a06.png | {train}gt/im_0001.png
{train}in/im_0300_s85_a05.png | {train}gt/im_0300.png
{train}in/im_0301_s80_a04.png | {train}gt/im_0301.png | leaked = im_0601
{train}in/im_0350_s95_a05.png | {train}gt/im_0350.png | leaked = im_0650
{train}in/im_0351_s90_a06.png | {train}gt/im_0351.png
[test]
{test}in/im_0601_s80_a04.png | {test}gt/im_0601.png | = im_0601
{test}in/im_0650_s95_a05.png | {test}gt/im_0650.png | = im_0650
"""

_ALLWEATHER = """
[train]
input/0_rain.png | gt/0_rain.png
input/10_rain.png | gt/10_rain.png
input/beautiful_smile_00003.jpg | gt/beautiful_smile_00003.jpg
input/im_0001_s80_a04.png | gt/im_0001_s80_a04.png
input/im_0325_s90_a05.png | gt/im_0325_s90_a05.png | leaked
"""

_HALVES = """
[train]
{train}/1.jpg
{train}/2.jpg
{train}/10.jpg
[test]
{test}/1.jpg
{test}/2.jpg
"""

_RAIN_13K_TEST = """
[test]
test/{title}/input/1.png | test/{title}/target/1.png
test/{title}/input/10.png | test/{title}/target/10.png
test/{title}/input/2.png | test/{title}/target/2.png
"""

_PRENET = """
[train]
RainTrain{kind}/rain-1.png | RainTrain{kind}/norain-1.png
RainTrain{kind}/rain-10.png | RainTrain{kind}/norain-10.png
RainTrain{kind}/rain-2.png | RainTrain{kind}/norain-2.png
[test]
Rain100{kind}/rainy/rain-001.png | Rain100{kind}/norain-001.png
Rain100{kind}/rainy/rain-002.png | Rain100{kind}/norain-002.png
"""

_RCDNET = """
[train]
train/small/rain/norain-1{x2}.png | train/small/norain/norain-1.png
train/small/rain/norain-10{x2}.png | train/small/norain/norain-10.png
train/small/rain/norain-2{x2}.png | train/small/norain/norain-2.png
[test]
test/small/rain/norain-1{x2}.png | test/small/norain/norain-1.png
test/small/rain/norain-2{x2}.png | test/small/norain/norain-2.png
"""

_RAIN1400 = """
[train]
training/{rainy}/1_1.jpg | training/{clean}/1.jpg
training/{rainy}/1_14.jpg | training/{clean}/1.jpg
training/{rainy}/10_1.jpg | training/{clean}/10.jpg
training/{rainy}/9_2.jpg | training/{clean}/9.jpg
[test]
testing/{rainy}/901_1.jpg | testing/{clean}/901.jpg
testing/{rainy}/1000_14.jpg | testing/{clean}/1000.jpg
"""

_RAINDROP = """
[train]
train/{0}data/0_rain.png | train/{0}gt/0_clean.png
train/{0}data/10_rain.png | train/{0}gt/10_clean.png
train/{0}data/9_rain.png | train/{0}gt/9_clean.png
[test_a]
test_a/{1}data/57_rain.png | test_a/{1}gt/57_clean.png
[test_b]
test_b/{2}data/3_rain.jpg | test_b/{2}gt/3_clean.jpg
test_b/{2}data/4_rain.jpg | test_b/{2}gt/4_clean.jpg
"""

_RESIDE = """
[its]
ITS/hazy/1_1_0.90179.png | ITS/clear/1.png
ITS/hazy/1_10_0.98796.png | ITS/clear/1.png
ITS/hazy/10_2_0.8.png | ITS/clear/10.png
[ots]
OTS/hazy/{part}0005_0.8_0.04.jpg | OTS/clear/0005.jpg
OTS/hazy/{part}8970_1_0.2.jpg | OTS/clear/8970.jpg
[sots_indoor]
{sots}indoor/hazy/1400_1.png | {sots}indoor/{gt}/1400.png | framed
{sots}indoor/hazy/1400_10.png | {sots}indoor/{gt}/1400.png | framed
{sots}indoor/hazy/1401_2.png | {sots}indoor/{gt}/1401.png | framed
[sots_outdoor]
{sots}outdoor/hazy/0001_0.8_0.2.jpg | {sots}outdoor/{gt}/0001.png
{sots}outdoor/hazy/0002_1_0.12.jpg | {sots}outdoor/{gt}/0002.png
"""

_DEHAZEFORMER = """
[its]
RESIDE-IN/train/hazy/1_1.png | RESIDE-IN/train/GT/1_1.png
RESIDE-IN/train/hazy/10_2.png | RESIDE-IN/train/GT/10_2.png
[ots]
RESIDE-OUT/train/hazy/0005_0.8_0.04.jpg | RESIDE-OUT/train/GT/0005_0.8_0.04.jpg
[sots_indoor]
RESIDE-IN/test/hazy/1400_1.png | RESIDE-IN/test/GT/1400_1.png
[sots_outdoor]
RESIDE-OUT/test/hazy/0001_0.8_0.2.png | RESIDE-OUT/test/GT/0001_0.8_0.2.png
"""

_CDD11 = "\n".join(
    [
        line
        for split, names in (("train", ("00001", "00012")), ("test", ("1",)))
        for line in (
            f"[{split}]",
            *(
                f"CDD-11_{split}/{kind}/{name}.png | "
                f"CDD-11_{split}/clear/{name}.png"
                for kind in (
                    "low haze rain snow low_haze low_rain low_snow haze_rain "
                    "haze_snow low_haze_rain low_haze_snow"
                ).split()
                for name in names
            ),
        )
    ]
)

_SPA_TEST = """
[test]
real_test_1000/rain{0}/000.png | real_test_1000/gt{0}/000{1}.png
real_test_1000/rain{0}/001.png | real_test_1000/gt{0}/001{1}.png
"""

_SPA_TRAIN = """
[train]
real_world/000/000-1/000-1_0_0.png | real_world_gt/000/000-1_0_0.png
real_world/000/000-2/000-2_0_256.png | real_world_gt/000/000-2_0_256.png
"""

_SPA_LIST = """
real_world.txt < {0}real_world/000/000-1/000-1_0_0.png \
{0}real_world_gt/000/000-1_0_0.png
real_world.txt < {0}real_world/000/000-2/000-2_0_256.png \
{0}real_world_gt/000/000-2_0_256.png
"""

_SPA_TEST_LIST = """
real_test_1000.txt < /real_test_1000/rain/000.png \
/real_test_1000/gt/000gt.png
real_test_1000.txt < /real_test_1000/rain/001.png \
/real_test_1000/gt/001gt.png
"""

_SPA_PLUS = """
[train]
000/000-1_0_0.jpg | 000_gt/000-1_0_0.jpg
001/001-2_0_256.jpg | 001_gt/001-2_0_256.jpg
spa_jpg.txt < {0}000/000-1_0_0.jpg {0}000_gt/000-1_0_0.jpg
spa_jpg.txt < {0}001/001-2_0_256.jpg {0}001_gt/001-2_0_256.jpg
"""

_REALSNOW = """
[train]
in/0001_12.png | out/0001_12.png
in/0002_3.png | out/0002_3.png
RealSnow.txt < {1}in/0001_12.png {1}out/0001_12.png
RealSnow.txt < {1}in/0002_3.png {1}out/0002_3.png
[test]
video2imgs_IN_testing{0}/1.png | video2imgs_GT_testing{0}/1.png
video2imgs_IN_testing{0}/10.png | video2imgs_GT_testing{0}/10.png
"""

_REVIDE = """
[train]
Train/hazy/C005/00000.JPG | Train/gt/C005/00000.JPG
Train/hazy/C005/00001.JPG | Train/gt/C005/00001.JPG
Train/hazy/W002/00000.JPG | Train/gt/W002/00000.JPG
[test]
Test/hazy/C001/00000.JPG | Test/gt/C001/00000.JPG
"""

_OHAZE = """
[train]
{0}hazy/01_outdoor_hazy.jpg | {0}GT/01_outdoor_GT.jpg
{0}hazy/02_outdoor_hazy.JPG | {0}GT/02_outdoor_GT.jpg
"""

FORMS = {
    "allweather": (
        _ALLWEATHER,
        _ALLWEATHER
        + """
allweather.txt < ./input/im_0001_s80_a04.png
allweather.txt < ./input/im_0325_s90_a05.png
allweather.txt < ./input/0_rain.png
allweather.txt < ./input/10_rain.png
allweather.txt < ./input/beautiful_smile_00003.jpg
""",
        _ALLWEATHER.replace("input/", "train/input/").replace(
            "gt/", "train/gt/"
        )
        + """
train/allweather.txt < input/im_0001_s80_a04.png
train/allweather.txt < /input/im_0325_s90_a05.png
train/allweather.txt < allweather/input/0_rain.png
train/allweather.txt < input/10_rain.png
train/allweather.txt < input/beautiful_smile_00003.jpg
""",
    ),
    "snow100k": (
        """
[train]
all/synthetic/city_00010.jpg | all/gt/city_00010.jpg
all/synthetic/city_00009.jpg | all/gt/city_00009.jpg
"""
        + _SNOW_TESTS.format(root="test/"),
        """
[train]
train/synthetic/city_00010.jpg | train/gt/city_00010.jpg
train/synthetic/city_00009.jpg | train/gt/city_00009.jpg
"""
        + _SNOW_TESTS.format(root="media/jdway/GameSSD/overlapping/test/"),
        """
[train]
train/input/city_00010.jpg | train/gt/city_00010.jpg
train/input/city_00009.jpg | train/gt/city_00009.jpg
"""
        + _SNOW_TESTS.format(root=""),
    ),
    "raindrop": (
        _RAINDROP.format("", "", ""),
        _RAINDROP.format("train/", "test_a/", "test_b/"),
    ),
    "outdoor_rain": (
        _OUTDOOR_RAIN.format(train="", test="test_with_train_param_v5/"),
        _OUTDOOR_RAIN.format(train="train/", test="Test1/"),
        _OUTDOOR_RAIN.format(train="Train/", test="test/").replace(
            "test/in/", "test/data/"
        ),
    ),
    "spa_data": (
        _SPA_TRAIN
        + _SPA_LIST.format("./")
        + _SPA_TEST.format("", "gt")
        + _SPA_TEST_LIST,
        _SPA_TRAIN + _SPA_LIST.format("") + _SPA_TEST.format("", "gt"),
        _SPA_TRAIN + _SPA_LIST.format("/") + _SPA_TEST.format("", ""),
    ),
    "spa_plus": (
        _SPA_PLUS.format("./") + _SPA_TEST.format("", ""),
        _SPA_PLUS.format("") + _SPA_TEST.format("_jpg", ""),
    ),
    "realsnow": (
        _REALSNOW.format("", ""),
        _REALSNOW.format("_re", "RealSnow/"),
    ),
    "revide": (
        _REVIDE,
        """
[train]
Train/hazy/C005_0.JPG | Train/gt/C005_0.JPG
Train/hazy/C005_1.JPG | Train/gt/C005_1.JPG
Train/hazy/W002_0.JPG | Train/gt/W002_0.JPG
RealHaze.txt < Train/hazy/C005_0.JPG Train/gt/C005_0.JPG
RealHaze.txt < Train/hazy/C005_1.JPG Train/gt/C005_1.JPG
RealHaze.txt < Train/hazy/W002_0.JPG Train/gt/W002_0.JPG
[test]
Test/hazy_re/C001_0.JPG | Test/gt_re/C001_0.JPG
""",
    ),
    "reside": (
        _RESIDE.format(part="", sots="SOTS/", gt="gt"),
        _RESIDE.format(part="part1/", sots="SOTS500/", gt="clear"),
        _RESIDE.format(part="", sots="", gt="GT"),
        _DEHAZEFORMER,
    ),
    "rain100l": (
        _PRENET.format(kind="L"),
        _RCDNET.format(x2=""),
        _RCDNET.format(x2="x2"),
        _RAIN_13K_TEST.format(title="Rain100L"),
    ),
    "rain100h": (
        _PRENET.format(kind="H"),
        _RCDNET.format(x2=""),
        _RCDNET.format(x2="x2"),
        _RAIN_13K_TEST.format(title="Rain100H"),
    ),
    "rain800": (
        _HALVES.format(train="training", test="test_syn"),
        _HALVES.format(train="train", test="test"),
        _RAIN_13K_TEST.format(title="Test100"),
    ),
    "rain1400": (
        _RAIN1400.format(rainy="rainy_image", clean="ground_truth"),
        _RAIN1400.format(rainy="rainy image", clean="ground truth"),
    ),
    "cdd11": (_CDD11,),
    "ohaze": (
        _OHAZE.format(""),
        _OHAZE.format("# O-HAZY NTIRE 2018/"),
    ),
    "nhhaze": (
        """
[train]
01_hazy.png | 01_GT.png
10_hazy.png | 10_GT.png
""",
        """
[train]
NH-HAZE/01_hazy.png | NH-HAZE/01_GT.png
NH-HAZE/10_hazy.png | NH-HAZE/10_GT.png
""",
        """
[train]
hazy/01_hazy.png | GT/01_GT.png
hazy/10_hazy.png | GT/10_GT.png
""",
    ),
}
